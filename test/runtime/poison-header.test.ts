import { expect, test } from 'vitest';
import { aRecord } from '../task/records.ts';
import { stageHarness } from './stage-harness.ts';

test.each(['partition', 'key'] as const)(
  'a record whose frame-meta header is no JSON stops no stage (order: %s)',
  async (order) => {
    const stage = stageHarness({ processor: { process: ({ value }) => ({ value }) }, plan: { order } });
    const records = ['a', 'b'].map((name, n) =>
      aRecord({
        offset: BigInt(n),
        key: Buffer.from(name),
        value: Buffer.from(name),
        headers: n === 0 ? { 'frame-meta': 'none of ours' } : {},
      }),
    );
    await stage.put(records);
    await expect.poll(() => stage.sent.map(({ topic, value }) => `${topic} ${String(value)}`)).toContain('out b');
  },
);
