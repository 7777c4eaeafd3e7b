import { z } from 'zod';
import { defineProcessor, duration, type KeyValueStore } from '../pipeline/index.ts';
import { groupKeyOf } from './keys/group-key.ts';

const options = z.strictObject({
  records: z.int().min(1).max(10_000).describe('Most records of a key that pass in the time. No default.'),
  per: duration('1ms', '365d').describe('The time, in stream time; it slides: no span of it has more. No default.'),
});

/** Lets so many records of each key pass in any span of time, and drops the rest. */
export default defineProcessor({
  name: 'throttle',
  summary: 'Lets pass, unchanged, at most so many records of each key in a time, and drops the rest.',
  options,
  stores: ({ per }) => ({ passed: { type: 'keyValue', ttlMs: per } }),
  process(record, context) {
    const { records, per } = context.options;
    const passed = context.store<KeyValueStore<readonly number[]>>('passed');
    const key = groupKeyOf(record);
    const nowMs = context.streamTimeMs;
    const times = (passed.get(key) ?? []).filter((timeMs) => timeMs > nowMs - per);
    if (times.length >= records) return null;
    passed.put(key, [...times, nowMs]);
    return { value: record.value };
  },
});
