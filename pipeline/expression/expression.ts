import jsonata from 'jsonata';
import { PoisonRecordError, UserError } from '../errors/pipeline-error.ts';
import type { ConsumerRecord } from '../ports/record.ts';
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
  const evaluate = (record: ConsumerRecord): Promise<unknown> => evaluateOn(record, { text, program: compiled });
  return {
    text,
    evaluate,
    matches: async (record) => {
      const value = await evaluate(record);
      if (typeof value === 'boolean') return value;
      return value !== undefined && (await toBoolean.evaluate(undefined, { value })) === true;
    },
  };
}

/** Null where the text is a correct expression; for `lint`. */
export function checkExpression(text: string): ExpressionFault | null {
  const compiled = parse(text);
  return 'position' in compiled ? compiled : null;
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

async function evaluateOn(record: ConsumerRecord, { text, program }: Program): Promise<unknown> {
  const root = recordRoot(record);
  try {
    const value: unknown = await program.evaluate(root, { record: recordBinding(record) });
    if (typeof value === 'function') throw new TypeError('its value is a function, not data');
    return value;
  } catch (error) {
    const { topic, partition, offset } = record;
    throw new PoisonRecordError(
      'EXPRESSION_FAILED',
      `expression "${text}" failed on ${topic}-${partition}@${offset}: ${sentenceOf(error)}; make it fit this record`,
      { where: { topic, partition, offset }, cause: error },
    );
  }
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
