import { expect, onTestFinished, test } from 'vitest';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { aRecord } from '../task/records.ts';
import { stageHarness } from './stage-harness.ts';

test('records that take long, one after the other, leave heartbeats their turn', async () => {
  let beats = 0;
  const heart = setInterval(() => beats++, 50);
  onTestFinished(() => clearInterval(heart));
  const work = (record: ConsumerRecord): { value: Buffer | null } => {
    for (const end = performance.now() + 60; performance.now() < end;);
    return { value: record.value };
  };
  const stage = stageHarness({ processor: { process: work } });

  await stage.put(Array.from({ length: 12 }, (_, n) => aRecord({ offset: BigInt(n) })));

  expect(beats).toBeGreaterThanOrEqual(2);
});
