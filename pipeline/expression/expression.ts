import jsonata from 'jsonata';
import { PoisonRecordError, UserError } from '../errors/pipeline-error.ts';
import type { ConsumerRecord } from '../ports/record.ts';
import { followPath, parsePlainPath, UNDECIDED } from './plain-path.ts';
import { recordBinding, recordRoot } from './record-root.ts';

/** Limits of one evaluation, so that no expression can hang or fill its worker; regular expressions are not covered. */
const LIMITS = { timeout: 1000, stack: 500, sequence: 100_000 };

/** A compiled JSONata expression. Its root is the record's JSON value, for frames the `frame-meta`. */
export interface Expression {
  readonly text: string;
  /**
   * Whether the value is true as JSONata's `$boolean` says; nothing is false.
   * @throws PoisonRecordError EXPRESSION_FAILED, FRAME_META_INVALID
   */
  matches(record: ConsumerRecord): Promise<boolean>;
  /**
   * The value as plain JSON data; undefined where the expression selects nothing.
   * @throws PoisonRecordError EXPRESSION_FAILED, FRAME_META_INVALID
   */
  evaluate(record: ConsumerRecord): Promise<unknown>;
}

/** What is wrong with an expression, and before which character (0 is the first). */
export interface ExpressionFault {
  readonly message: string;
  readonly position: number;
}

const toBoolean = jsonata('$boolean($value)');

/**
 * Compiles an expression of a topology file.
 * @throws UserError EXPRESSION_INVALID naming the character.
 */
export function compileExpression(text: string): Expression {
  const compiled = parse(text);
  if ('position' in compiled) throw invalid(text, compiled);
  const path = parsePlainPath(text);
  const plainValue = (record: ConsumerRecord): unknown => (path ? followPath(recordRoot(record), path) : UNDECIDED);
  const value = (record: ConsumerRecord): Promise<unknown> => valueOn(record, { text, program: compiled });
  return {
    text,
    evaluate: async (record) => {
      const plain = plainValue(record);
      return plain === UNDECIDED ? plainData(record, text, await value(record)) : plain;
    },
    matches: async (record) => {
      const plain = plainValue(record);
      return isTrue(plain === UNDECIDED ? await value(record) : plain);
    },
  };
}

/** Null where the text is a correct expression; for `lint`. */
export function checkExpression(text: string): ExpressionFault | null {
  const compiled = parse(text);
  return 'position' in compiled ? compiled : null;
}

async function isTrue(value: unknown): Promise<boolean> {
  if (typeof value === 'boolean') return value;
  return value !== undefined && (await toBoolean.evaluate(undefined, { value })) === true;
}

function parse(text: string): jsonata.Expression | ExpressionFault {
  try {
    return jsonata(text, LIMITS);
  } catch (error) {
    const { message, position } = error as jsonata.JsonataError;
    return { message, position: Math.min(position, text.length) };
  }
}

interface Program {
  readonly text: string;
  readonly program: jsonata.Expression;
}

async function valueOn(record: ConsumerRecord, { text, program }: Program): Promise<unknown> {
  const root = recordRoot(record);
  try {
    return (await program.evaluate(root, { record: recordBinding(record) })) as unknown;
  } catch (error) {
    throw failed(record, text, error);
  }
}

/** Lists and functions of JSONata carry fields of their own: what leaves is plain data. */
function plainData(record: ConsumerRecord, text: string, value: unknown): unknown {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(JSON.stringify(value, throwIfFunction)) as unknown;
  } catch (error) {
    throw failed(record, text, error);
  }
}

function throwIfFunction(_key: string, value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null;
  if (typeof value === 'function' || (isObject && ('_jsonata_lambda' in value || '_jsonata_function' in value))) {
    throw new TypeError('its value has a function in it, which is no data');
  }
  return value;
}

function failed({ topic, partition, offset }: ConsumerRecord, text: string, cause: unknown): PoisonRecordError {
  return new PoisonRecordError(
    'EXPRESSION_FAILED',
    `expression "${text}" failed on ${topic}-${partition}@${offset}: ${sentenceOf(cause)}; make it fit this record`,
    { where: { topic, partition, offset }, cause },
  );
}

function invalid(text: string, { message, position }: ExpressionFault): UserError {
  return new UserError(
    'EXPRESSION_INVALID',
    `expression "${text}" is no JSONata at character ${position + 1}: ${message}; correct it there`,
  );
}

/** JSONata throws plain objects with a message as well as errors. */
function sentenceOf(error: unknown): string {
  return String((error as { message?: unknown }).message ?? error);
}
