import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  compileExpressions,
  defineProcessor,
  type ConsumerRecord,
  type ProcessorContext,
  type ProcessResult,
} from '../pipeline/index.ts';
import { jsonataOption } from './expression/jsonata-option.ts';
import { canonicalJson } from './keys/canonical-json.ts';
import { digest } from './keys/digest.ts';
import { groupKeyOf } from './keys/group-key.ts';

const NOTHING = 'nothing';

const options = z.strictObject({
  of: jsonataOption
    .optional()
    .describe('JSONata over the JSON value of the record; its result is compared. Default: all bytes of the value.'),
});

/** Lets a record pass where it says something else than the record of its key before it. */
export default defineProcessor({
  name: 'changed',
  summary: 'Lets pass, unchanged, the records whose value differs from that of the record of their key before.',
  options,
  stores: { last: { type: 'keyValue' } },
  stateDependsOn: ({ of }) => of ?? null,
  create({ of }) {
    const readValues = of === undefined ? null : compileExpressions([of]);
    return {
      process(record, context) {
        if (readValues === null) return ifChanged(bytesSeen(record), record, context);
        const values = readValues(record);
        if (!(values instanceof Promise)) return ifChanged(valueSeen(values[0]), record, context);
        return values.then(([value]) => ifChanged(valueSeen(value), record, context));
      },
    };
  },
});

/** `seen` tells the value from others; an expression that selects nothing has a value, too. */
function ifChanged(seen: string, record: ConsumerRecord, context: ProcessorContext): ProcessResult {
  const last = context.store('last');
  const key = groupKeyOf(record);
  if (last.get(key) === seen) return null;
  last.put(key, seen);
  return { value: record.value };
}

function valueSeen(value: unknown): string {
  return value === undefined ? NOTHING : digest(canonicalJson(value));
}

function bytesSeen({ value }: ConsumerRecord): string {
  return value === null ? NOTHING : createHash('sha256').update(value).digest('base64');
}
