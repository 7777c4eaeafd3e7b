import { expect, test } from 'vitest';
import { PartitionQueue, RecordRefused, type QueuedRecord } from '../../pipeline/kafka/partition-queue.ts';
import type { ProducerRecord } from '../../pipeline/ports/record.ts';

const LIMIT = 16_000_000;

function queued(values: readonly string[], bytes = 100): QueuedRecord[] {
  return values.map((value, index) => ({
    record: { topic: 't', partition: 0, key: null, value, headers: {}, timestampMs: 1 },
    bytes,
    limit: LIMIT,
    index,
  }));
}

/** A broker that answers when told, and refuses a batch with a bad record as a whole. */
function brokerByHand(): {
  writes: string[][];
  write: (records: readonly ProducerRecord[]) => Promise<bigint>;
  answer: () => void;
} {
  const writes: string[][] = [];
  const answers: (() => void)[] = [];
  let end = 0n;
  return {
    writes,
    answer: () => answers.shift()?.(),
    write: async (records) => {
      const values = records.map(({ value }) => String(value));
      writes.push(values);
      await new Promise<void>((resolve) => answers.push(resolve));
      if (values.includes('bad')) throw new RecordRefused('RECORD_REFUSED', 'no');
      end += BigInt(values.length);
      return end - BigInt(values.length);
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('one write is outstanding at a time, what comes meanwhile goes together, and each call learns where its records end', async () => {
  const broker = brokerByHand();
  const queue = new PartitionQueue('t-0', broker.write);

  const done = [queue.add(queued(['a'])), queue.add(queued(['b', 'c'])), queue.add(queued(['d']))];
  await settled();
  expect(broker.writes).toEqual([['a']]);
  broker.answer();
  await settled();
  broker.answer();

  const ends = await Promise.all(done);
  expect(ends.map(({ failure }) => failure)).toEqual([null, null, null]);
  expect(ends.map(({ nextOffset }) => nextOffset)).toEqual([1n, 3n, 4n]);
  expect(broker.writes).toEqual([['a'], ['b', 'c', 'd']]);
});

test('a write is split by bytes, and a record larger than the split goes alone', async () => {
  const broker = brokerByHand();
  const queue = new PartitionQueue('t-0', async (records) => {
    const written = broker.write(records);
    broker.answer();
    return written;
  });

  await queue.add([...queued(['a', 'b', 'c'], 400_000), ...queued(['huge'], 5_000_000)]);

  expect(broker.writes).toEqual([['a', 'b'], ['c'], ['huge']]);
});

test('a refused record fails its own call alone, and later records of that call are not written', async () => {
  const broker = brokerByHand();
  const queue = new PartitionQueue('t-0', async (records) => {
    const written = broker.write(records);
    await settled();
    broker.answer();
    return written;
  });

  const first = queue.add(queued(['first']));
  const poisoned = queue.add(queued(['fine', 'bad', 'late']));
  const other = queue.add(queued(['other']));

  expect(await first).toMatchObject({ failure: null });
  expect(await poisoned).toMatchObject({ failure: { index: 1, error: { code: 'RECORD_REFUSED' } } });
  expect(await other).toMatchObject({ failure: null });
  expect(broker.writes).toEqual([['first'], ['fine', 'bad', 'late', 'other'], ['fine'], ['bad'], ['other']]);
});
