import { UserError } from '../../errors/pipeline-error.ts';
import { checkExpression, compileExpression } from '../../expression/expression.ts';
import { headerText, type ConsumerRecord } from '../../ports/record.ts';
import { parseLogPosition, type LogPosition } from '../log-position.ts';

/** What the options of `dlq replay` choose by; what is left out chooses everything. */
export interface SelectionOptions {
  readonly where?: string;
  readonly code: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

/** Whether a dead letter is chosen. @throws PoisonRecordError where the expression fails on it. */
export type Selection = (letter: ConsumerRecord) => Promise<boolean>;

/** @throws UserError ARGUMENT_INVALID naming the option. */
export function selectionOf({ where, code, from, to }: SelectionOptions): Selection {
  const expression = where === undefined ? null : compiled(where);
  const first = from === undefined ? null : boundOf(from, '--from');
  const end = to === undefined ? null : boundOf(to, '--to');
  return async (letter) => {
    if (first && !isAtOrAfter(letter, first)) return false;
    if (end && (isOfAnotherPartition(letter, end) || isAtOrAfter(letter, end))) return false;
    if (code.length > 0 && !code.includes(headerText(letter.headers, 'tapline.dlq.error-code') ?? '')) return false;
    return expression === null || expression.matches(letter);
  };
}

type Bound = Exclude<LogPosition, string>;

function boundOf(text: string, option: string): Bound {
  const position = parseLogPosition(text, option);
  if (typeof position !== 'string') return position;
  throw new UserError(
    'ARGUMENT_INVALID',
    `${option} ${text} bounds nothing; leave it out, or give a time or an offset`,
  );
}

function isAtOrAfter(letter: ConsumerRecord, bound: Bound): boolean {
  if ('timestampMs' in bound) return letter.timestampMs >= bound.timestampMs;
  return !isOfAnotherPartition(letter, bound) && letter.offset >= bound.offset;
}

function isOfAnotherPartition({ partition }: ConsumerRecord, bound: Bound): boolean {
  return 'partition' in bound && bound.partition !== null && bound.partition !== partition;
}

function compiled(text: string): ReturnType<typeof compileExpression> {
  const fault = checkExpression(text);
  if (!fault) return compileExpression(text);
  throw new UserError('ARGUMENT_INVALID', `--where is no JSONata: ${fault.message} (character ${fault.position})`);
}
