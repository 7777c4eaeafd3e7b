import {
  compileExpression,
  compileExpressions,
  type ConsumerRecord,
  type Headers,
  type OutputRecord,
} from '../../pipeline/index.ts';
import { keyReader } from './join-key.ts';
import type { JoinOptions } from './options.ts';
import type { Kept, Pair, Shape } from './shape.ts';

/** A record as JSON data. */
export interface KeptData extends Kept {
  readonly value: unknown;
}

const JSON_HEADERS: Headers = { 'content-type': 'application/json', 'frame-meta': undefined };

/** Records as JSON data, as expressions see them; the output is JSON. */
export function dataShape({ by, select }: JoinOptions): Shape<KeptData> {
  const readRoot = compileExpressions(['$']);
  const expression = select === undefined ? null : compileExpression(select);
  const valueOf = async (pair: Pair<KeptData>, record: ConsumerRecord): Promise<unknown> => {
    const key = pair.key?.text ?? null;
    if (!expression) return { key, left: pair.left?.value ?? null, right: pair.right?.value ?? null };
    return expression.evaluate(rooted(record, { key, left: pair.left?.value, right: pair.right?.value }));
  };
  return {
    keyOf: keyReader(by),
    keep: async (record) => {
      const [value] = await readRoot(record);
      return { atMs: timeOf(record), value };
    },
    join: async (pair, record) => {
      const value = await valueOf(pair, record);
      return value === undefined ? null : jsonOutput(value, pair.atMs);
    },
  };
}

/** Kafka says -1 of a record without a time. */
export function timeOf({ timestampMs }: ConsumerRecord): number {
  return Math.max(0, timestampMs);
}

function jsonOutput(value: unknown, atMs: number): OutputRecord {
  return { value: JSON.stringify(value), headers: JSON_HEADERS, timestampMs: atMs };
}

/** The record, but with other data: expressions take records. */
function rooted(record: ConsumerRecord, data: object): ConsumerRecord {
  const headers = { ...record.headers, 'content-type': 'application/json' };
  return { ...record, value: Buffer.from(JSON.stringify(data)), headers };
}
