import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BatchContext, PartitionBatch } from '../../pipeline/ports/consumer.ts';
import type { Clock } from '../../pipeline/ports/clock.ts';
import { InputMerger } from '../../pipeline/runtime/input-merger.ts';

const TOPICS = ['left', 'right'];

/** A clock that jumps to the end of every wait. */
function jumpingClock(): Clock {
  let nowMs = 0;
  const sleep = async (ms: number): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    nowMs += ms;
  };
  return { nowMs: () => nowMs, nowUs: () => nowMs * 1000, sleep };
}

/** Two logs that are fetched from as a consumer does: what was not advanced past comes again. */
class Logs {
  readonly processed: number[] = [];
  readonly #times: Readonly<Record<string, readonly number[]>>;
  readonly #positions: Record<string, number> = { left: 0, right: 0 };
  readonly #merger: InputMerger;

  constructor(times: Readonly<Record<string, readonly number[]>>, maxIdleMs = 0) {
    this.#times = times;
    this.#merger = new InputMerger({
      topics: TOPICS,
      maxIdleMs,
      clock: jumpingClock(),
      process: async ({ topic, records, nextOffset }) => {
        this.processed.push(...records.map(({ timestampMs }) => timestampMs));
        this.#positions[topic] = Number(nextOffset);
        return true;
      },
    });
  }

  /** One fetch of at most so many records of each topic. */
  async fetch(most: Readonly<Record<string, number>>): Promise<void> {
    const batches = TOPICS.map((topic) => this.#batch(topic, most[topic] ?? 0)).filter(({ records }) => records.length);
    await Promise.all(batches.map((batch) => this.#merger.offer(batch, this.#context())));
  }

  get isDone(): boolean {
    return TOPICS.every((topic) => this.#positions[topic] === this.#times[topic]?.length);
  }

  #batch(topic: string, most: number): PartitionBatch {
    const [from, times] = [this.#positions[topic] ?? 0, this.#times[topic] ?? []];
    const records = times.slice(from, from + most).map((timestampMs, index) => {
      const offset = BigInt(from + index);
      return { topic, partition: 0, offset, timestampMs, key: null, value: null, headers: {} };
    });
    const nextOffset = BigInt(from + records.length);
    return {
      topic,
      partition: 0,
      records,
      fetchedOffset: BigInt(from),
      nextOffset,
      highWatermark: BigInt(times.length),
    };
  }

  #context(): BatchContext {
    const backlogOf = async (topic: string): Promise<bigint> =>
      BigInt((this.#times[topic]?.length ?? 0) - (this.#positions[topic] ?? 0));
    return { signal: new AbortController().signal, backlogOf } as Partial<BatchContext> as BatchContext;
  }
}

test('records of two inputs are processed in the order of their times, whatever each fetch brings', async () => {
  const ascending = fc
    .array(fc.integer({ min: 0, max: 50 }), { maxLength: 30 })
    .map((times) => times.sort((a, b) => a - b));
  const sizes = fc.array(fc.record({ left: fc.integer({ min: 1, max: 7 }), right: fc.integer({ min: 1, max: 7 }) }), {
    minLength: 1,
  });
  await fc.assert(
    fc.asyncProperty(ascending, ascending, sizes, async (left, right, fetches) => {
      const logs = new Logs({ left, right });
      for (let n = 0; !logs.isDone; n++) await logs.fetch(fetches[n % fetches.length]!);
      expect(logs.processed).toEqual([...left, ...right].sort((a, b) => a - b));
    }),
  );
});

test('an input that a fetch left out is waited for, but not for ever', async () => {
  const logs = new Logs({ left: [5, 6], right: [1] });

  await logs.fetch({ left: 2 });
  expect(logs.processed).toEqual([]);
  await logs.fetch({ left: 2, right: 1 });
  expect(logs.processed).toEqual([1, 5, 6]);

  const starved = new Logs({ left: [5, 6], right: [1] });
  for (let n = 0; n < 4; n++) await starved.fetch({ left: 2 });
  expect(starved.processed).toEqual([5, 6]);
});

test('an input without records holds the others back for its idle time alone', async () => {
  const logs = new Logs({ left: [5, 6], right: [] }, 25);

  await logs.fetch({ left: 2 });
  expect(logs.processed).toEqual([]);
  for (let n = 0; n < 3; n++) await logs.fetch({ left: 2 });

  expect(logs.processed).toEqual([5, 6]);
});
