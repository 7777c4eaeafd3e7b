import { describe, expect, it } from 'vitest';
import type { OffsetRange } from '../../../pipeline/ports/admin.ts';
import type { ConsumerOptions } from '../../../pipeline/ports/consumer.ts';
import type { ConsumerRecord } from '../../../pipeline/ports/record.ts';
import { InputMerger } from '../../../pipeline/runtime/input-merger.ts';
import { RangeConsumer, type RangesToRead } from '../../../pipeline/runtime/replay/range-consumer.ts';
import type { InputLog } from '../../../pipeline/runtime/replay/range-input.ts';
import { systemClock } from '../../../pipeline/runtime/system-clock.ts';
import { aRecord } from '../../task/records.ts';

const range = (topic: string, partition: number, to: bigint): OffsetRange => ({ topic, partition, from: 0n, to });

/** A log that answers with two records at a time, each after a while of its own. */
function slowLog(timeOf: (record: { topic: string; offset: number }) => number): InputLog {
  return {
    async *read({ topic, partition, from, to }) {
      for (let offset = Number(from); offset < Number(to); offset += 2) {
        await new Promise((resolve) => setTimeout(resolve, topic === 'slow' ? 5 : 0));
        const offsets = [offset, offset + 1].filter((one) => one < Number(to));
        const records = offsets.map((one) =>
          aRecord({ topic, partition, offset: BigInt(one), timestampMs: timeOf({ topic, offset: one }) }),
        );
        yield { records, nextOffset: BigInt(offset + records.length) };
      }
    },
  };
}

async function consumed(
  ranges: RangesToRead,
  onBatch: ConsumerOptions['onBatch'],
): Promise<{ readonly consumer: RangeConsumer }> {
  const consumer = new RangeConsumer(ranges, { onBatch, partitionsConcurrently: 4 });
  await consumer.start();
  await consumer.done;
  return { consumer };
}

const nameOf = ({ topic, partition, offset }: ConsumerRecord): string => `${topic}-${partition}@${offset}`;

describe('reading stretches for a replay', () => {
  it('hands out task after task where there is a limit, and is done at their ends', async () => {
    const seen: string[] = [];
    const ranges = [range('in', 1, 3n), range('in', 0, 2n)];

    const { consumer } = await consumed({ log: slowLog(() => 0), ranges, limit: 99 }, async (batch, context) => {
      seen.push(...batch.records.map(nameOf));
      context.commitSoon(batch.nextOffset);
    });

    expect(seen).toEqual(['in-0@0', 'in-0@1', 'in-1@0', 'in-1@1', 'in-1@2']);
    expect(consumer.progress.map(({ position, records }) => [position, records])).toEqual([
      [3n, 3],
      [2n, 2],
    ]);
  });

  it('works on several tasks at once where there is none', async () => {
    let [running, most] = [0, 0];
    const ranges = [range('in', 0, 4n), range('in', 1, 4n), range('in', 2, 4n)];

    await consumed({ log: slowLog(() => 0), ranges, limit: null }, async (batch, context) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      context.commitSoon(batch.nextOffset);
    });

    expect(most).toBe(3);
  });

  it('gives again what was not advanced past, and cuts at the limit', async () => {
    const seen: string[] = [];
    const ranges = [range('in', 0, 9n)];

    await consumed({ log: slowLog(() => 0), ranges, limit: 3 }, async ({ records }, context) => {
      seen.push(records.map(nameOf).join(' '));
      context.advance(records[0]!.offset + 1n);
    });

    expect(seen).toEqual(['in-0@0 in-0@1', 'in-0@1', 'in-0@2']);
  });

  it('lets the inputs of a task be merged by time, however late one of them is fetched', async () => {
    const seen: string[] = [];
    const merger = new InputMerger({
      topics: ['quick', 'slow'],
      maxIdleMs: 0,
      clock: systemClock,
      process: async ({ records, nextOffset }, context) => {
        seen.push(...records.map(nameOf));
        context.commitSoon(nextOffset);
        return true;
      },
    });
    const timeOf = ({ topic, offset }: { topic: string; offset: number }): number =>
      topic === 'quick' ? offset * 10 : offset * 30 + 5;
    const ranges = [range('quick', 0, 8n), range('slow', 0, 3n)];

    await consumed({ log: slowLog(timeOf), ranges, limit: null }, (batch, context) => merger.offer(batch, context));

    const [q, s] = ['quick-0@', 'slow-0@'];
    const merged = [`${q}0`, `${s}0`, `${q}1`, `${q}2`, `${q}3`, `${s}1`, `${q}4`, `${q}5`, `${q}6`, `${s}2`, `${q}7`];
    expect(seen).toEqual(merged);
  });

  it('ends with the error of a handler, and where it is stopped', async () => {
    const ranges = [range('in', 0, 9n)];
    const log = slowLog(() => 0);
    const failing = consumed({ log, ranges, limit: null }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');

    const consumer = new RangeConsumer(
      { log, ranges, limit: null },
      {
        partitionsConcurrently: 4,
        onBatch: async (batch, context) => {
          context.commitSoon(batch.nextOffset);
          if (batch.nextOffset === 4n) void consumer.stop();
        },
      },
    );
    await consumer.start();
    await consumer.done;

    expect(consumer.progress).toMatchObject([{ position: 4n, records: 4 }]);
  });
});
