import { describe, expect, onTestFinished, test } from 'vitest';
import { TransactionLost } from '../../pipeline/errors/pipeline-error.ts';
import type { PartitionOffset } from '../../pipeline/ports/admin.ts';
import type { TransactionalProducer, Written } from '../../pipeline/ports/producer.ts';
import { adminOf, createdTopic, producerOf, record, records, unique, values } from '../integration/kafka/cluster.ts';
import { until } from '../integration/until.ts';
import { readPartition, readWhenThere } from './read-partition.ts';
import type { TransportCase } from './transport.ts';

const never = new AbortController().signal;

/** As a task does: begins anew where a transaction was lost. */
async function deliver(
  producer: TransactionalProducer,
  ...[written, progress]: Parameters<TransactionalProducer['commit']>
): Promise<Written> {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      return await producer.commit(written, progress);
    } catch (error) {
      if (!(error instanceof TransactionLost)) throw error;
      await producer.begin(never);
    }
  }
  return expect.fail('every transaction is lost');
}

/** What every producer of transactions must do. */
export function transactionsConformance({ name, connect }: TransportCase): void {
  const kafka = connect('tapline-test');
  const transactional = (id: string): TransactionalProducer => {
    const producer = producerOf(kafka).transactional(id);
    onTestFinished(() => producer.close());
    return producer;
  };
  /** What a transaction has committed is known a moment later, too. */
  const untilCommitted = async (groupId: string, { topic, partition, offset }: PartitionOffset): Promise<void> => {
    const admin = adminOf(kafka);
    const isCommitted = async (): Promise<boolean> =>
      (await admin.groupOffsets(groupId)).some(
        (one) => one.topic === topic && one.partition === partition && one.offset === offset,
      );
    await until(isCommitted, { what: `offset ${offset} of ${topic}-${partition}` });
  };

  describe(`transactions ${name}`, () => {
    test('records and progress are written together, and each partition tells where its records end', async () => {
      const [input, output] = [await createdTopic(kafka), await createdTopic(kafka, { partitions: 2 })];
      const groupId = unique('g');
      const producer = transactional(unique('tx'));
      await producer.begin(never);

      const first = await deliver(
        producer,
        [record(output, { value: 'a' }), record(output, { value: 'b', partition: 1 }), record(output, { value: 'c' })],
        { groupId, offsets: [{ topic: input, partition: 0, nextOffset: 7n }] },
      );
      const second = await deliver(producer, [record(output, { value: 'd' })], { groupId, offsets: [] });

      expect([...first]).toEqual([
        [`${output}-0`, 2n],
        [`${output}-1`, 1n],
      ]);
      expect([...second]).toEqual([[`${output}-0`, 4n]]); // after the marker of the first transaction
      expect(values(await readWhenThere(kafka, { topic: output, partition: 0 }, 3))).toEqual(['a', 'c', 'd']);
      expect(values(await readWhenThere(kafka, { topic: output, partition: 1 }, 1))).toEqual(['b']);
      await untilCommitted(groupId, { topic: input, partition: 0, offset: 7n });
    });

    test('progress alone is a transaction too', async () => {
      const input = await createdTopic(kafka);
      const groupId = unique('g');
      const producer = transactional(unique('tx'));
      await producer.begin(never);

      await deliver(producer, [], { groupId, offsets: [{ topic: input, partition: 0, nextOffset: 3n }] });

      await untilCommitted(groupId, { topic: input, partition: 0, offset: 3n });
    });

    test('records are written together without the progress of a group, too', async () => {
      const output = await createdTopic(kafka, { partitions: 2 });
      const producer = transactional(unique('tx'));
      await producer.begin(never);

      await deliver(producer, [record(output, { value: 'a' }), record(output, { value: 'b', partition: 1 })]);

      expect(values(await readWhenThere(kafka, { topic: output, partition: 0 }, 1))).toEqual(['a']);
      expect(values(await readWhenThere(kafka, { topic: output, partition: 1 }, 1))).toEqual(['b']);
    });

    test('a second owner fences the first, who can write no more', async () => {
      const [input, output] = [await createdTopic(kafka), await createdTopic(kafka)];
      const id = unique('tx');
      const groupId = unique('g');
      const progress = { groupId, offsets: [] };
      const late = { groupId, offsets: [{ topic: input, partition: 0, nextOffset: 9n }] };
      const [former, owner] = [transactional(id), transactional(id)];
      await former.begin(never);
      await deliver(former, [record(output, { value: 'former' })], progress);

      await owner.begin(never);
      await expect(former.commit([record(output, { value: 'too late' })], late)).rejects.toThrow(TransactionLost);
      await owner.commit([record(output, { value: 'owner' })], progress);

      expect(values(await readWhenThere(kafka, { topic: output, partition: 0 }, 2))).toEqual(['former', 'owner']);
      expect(await adminOf(kafka).groupOffsets(groupId)).toEqual([]);
      await former.begin(never);
      await expect(owner.commit([record(output)], progress)).rejects.toMatchObject({
        code: 'TRANSACTION_LOST',
        message: `the transaction of "${id}" was interrupted: another worker has taken it over; what is committed tells where to begin anew`,
      });
    });

    test('who has not begun, or has lost a transaction, is to begin', async () => {
      const output = await createdTopic(kafka);
      const progress = { groupId: unique('g'), offsets: [] };
      const producer = transactional(unique('tx'));

      await expect(producer.commit([record(output)], progress)).rejects.toThrow(TransactionLost);
      await producer.begin(never);
      await deliver(producer, [record(output, { value: 'fine' })], progress);

      expect(values(await readWhenThere(kafka, { topic: output, partition: 0 }, 1))).toEqual(['fine']);
    });

    test('a record that can never be written is named, nothing of its transaction is seen, and the next one works', async () => {
      const [input, output] = [await createdTopic(kafka), await createdTopic(kafka, { maxMessageBytes: 100_000 })];
      const groupId = unique('g');
      const progress = { groupId, offsets: [{ topic: input, partition: 0, nextOffset: 1n }] };
      const producer = transactional(unique('tx'));
      await producer.begin(never);
      const future = Date.now() + 7_200_000;

      const tooLarge = [record(output), record(output, { value: 'x'.repeat(200_000) })];
      await expect(deliver(producer, tooLarge, progress)).rejects.toMatchObject({
        code: 'RECORD_TOO_LARGE',
        record: 1,
      });
      const refused = [...records(output, 3), record(output, { timestampMs: future }), ...records(output, 2)];
      await expect(deliver(producer, refused, progress)).rejects.toMatchObject({ code: 'RECORD_REFUSED', record: 3 });
      expect(await adminOf(kafka).groupOffsets(groupId)).toEqual([]);
      await producer.commit([record(output, { value: 'fine' })], progress);

      const [found, ...others] = await readWhenThere(kafka, { topic: output, partition: 0 }, 1);
      expect(String(found!.value)).toBe('fine');
      expect(found!.offset).toBeGreaterThan(0n); // what was rolled back has offsets too
      expect(others).toEqual([]);
    });

    test('a chunk larger than a batch takes several, and all of it is seen in order', async () => {
      const output = await createdTopic(kafka, { partitions: 2 });
      const producer = transactional(unique('tx'));
      await producer.begin(never);
      const many = records(output, 6_000).map((one, index) => ({ ...one, partition: index % 2 }));

      await deliver(producer, many, { groupId: unique('g'), offsets: [] });

      for (const partition of [0, 1]) {
        const found = values(await readWhenThere(kafka, { topic: output, partition }, 3_000)).map(Number);
        expect(found).toEqual(many.filter((one) => one.partition === partition).map(({ value }) => Number(value)));
      }
    });

    test('a reading that was opened before ends where it was opened, whatever is committed meanwhile', async () => {
      const output = await createdTopic(kafka);
      const producer = transactional(unique('tx'));
      await producer.begin(never);
      const progress = { groupId: unique('g'), offsets: [] };
      await deliver(producer, [record(output, { value: 'before' })], progress);
      await readWhenThere(kafka, { topic: output, partition: 0 }, 1);
      const reader = kafka.partitionReader();
      onTestFinished(() => reader.close());

      const reading = await reader.open({ topic: output, partition: 0 }, never);
      await deliver(producer, [record(output, { value: 'after' })], progress);
      const seen: string[] = [];
      for await (const piece of reading.batches()) seen.push(...values(piece.records));

      expect(seen).toEqual(['before']);
      await readWhenThere(kafka, { topic: output, partition: 0 }, 2);
      expect(values(await readPartition(kafka, { topic: output, partition: 0 }))).toEqual(['before', 'after']);
    });
  });
}
