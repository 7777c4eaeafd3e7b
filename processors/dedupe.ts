import { z } from 'zod';
import {
  compileExpressions,
  defineProcessor,
  duration,
  headerText,
  type ConsumerRecord,
  type ProcessorContext,
  type ProcessResult,
} from '../pipeline/index.ts';
import { jsonataOption } from './expression/jsonata-option.ts';
import { storeKeyOf } from './keys/store-key.ts';

const options = z.strictObject({
  by: jsonataOption
    .optional()
    .describe(
      'What makes two records the same: JSONata over the JSON value of the record, or `id` for the ce_id header ' +
        '(a field of that name is `$.id`). Default: the key of the record.',
    ),
  within: duration('1ms', '3650d')
    .prefault('1h')
    .describe('How long a record is remembered, in stream time, from the first of its kind on.'),
});

/** Lets the first record of each kind pass and drops its repeats. A record of which nothing can be told passes. */
export default defineProcessor({
  name: 'dedupe',
  summary: 'Lets pass, unchanged, the first record of each key, id or value in a time, and drops its repeats.',
  options,
  stores: ({ within }) => ({ seen: { type: 'keyValue', ttlMs: within } }),
  stateDependsOn: ({ by }) => by ?? null,
  create({ by }) {
    const readValues = by === undefined || by === 'id' ? null : compileExpressions([by]);
    return {
      process(record, context) {
        if (readValues === null) return firstOnly(by === 'id' ? idOf(record) : keyOf(record), record, context);
        const values = readValues(record);
        if (!(values instanceof Promise)) return firstOnly(values[0], record, context);
        return values.then(([value]) => firstOnly(value, record, context));
      },
    };
  },
});

function firstOnly(sameness: unknown, { value }: ConsumerRecord, context: ProcessorContext): ProcessResult {
  if (sameness === undefined) return { value };
  const seen = context.store('seen');
  const key = storeKeyOf(sameness);
  if (seen.get(key) !== undefined) return null;
  seen.put(key, 1);
  return { value };
}

function idOf({ headers }: ConsumerRecord): string | undefined {
  return headerText(headers, 'ce_id');
}

function keyOf({ key }: ConsumerRecord): string | undefined {
  return key?.toString('base64');
}
