import { compileExpression } from '../../expression/expression.ts';
import type { ConsumerRecord } from '../../ports/record.ts';
import { timeMsOf } from '../record-data.ts';

export interface ValuesSettings {
  readonly y: string | Readonly<Record<string, string>>;
  readonly x?: string | undefined;
  readonly line?: string | undefined;
}

/** A value of a record and the line it belongs to. */
export interface LineValue {
  readonly line: string;
  readonly timeMs: number;
  readonly value: number;
}

/** Reads the values of a record; what is left out is no number, or has no time. */
export type ReadValues = (record: ConsumerRecord) => Promise<readonly LineValue[]>;

export function createReadValues({ y, x, line }: ValuesSettings): ReadValues {
  const named = typeof y === 'string' ? [['', y] as const] : Object.entries(y);
  const values = named.map(([name, text]) => ({ name, expression: compileExpression(text) }));
  const time = x === undefined ? null : compileExpression(x);
  const lineOf = line === undefined ? null : compileExpression(line);
  return async (record) => {
    const timeMs = time ? timeMsOf(await time.evaluate(record)) : record.timestampMs;
    if (timeMs === null) return [];
    const key = lineOf ? textOf(await lineOf.evaluate(record)) : (record.key?.toString() ?? '');
    const read = await Promise.all(
      values.map(async ({ name, expression }) => ({ name, value: await expression.evaluate(record) })),
    );
    return read.flatMap(({ name, value }) =>
      isNumber(value) ? [{ line: [key, name].filter((part) => part !== '').join(' '), timeMs, value }] : [],
    );
  };
}

/** JSON may hold a number that is larger than any, such as 1e999. */
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
