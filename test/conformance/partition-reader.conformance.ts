import { describe, expect, onTestFinished, test } from 'vitest';
import type { PartitionReader } from '../../pipeline/ports/partition-reader.ts';
import { createdTopic, producerOf, record, records, unique, values } from '../integration/kafka/cluster.ts';
import type { TransportCase } from './transport.ts';

const never = new AbortController().signal;

/** What every reader of partitions must do. */
export function partitionReaderConformance({ name, connect }: TransportCase): void {
  const kafka = connect('tapline-test');
  const openReader = (): PartitionReader => {
    const reader = kafka.partitionReader();
    onTestFinished(() => reader.close());
    return reader;
  };

  describe(`partition reader ${name}`, () => {
    test('reads a partition from its beginning or an offset to the end it had when it was opened', async () => {
      const topic = await createdTopic(kafka, { partitions: 2 });
      const producer = producerOf(kafka);
      await producer.send([...records(topic, 5, { partition: 1, key: 'k' }), record(topic, { value: 'other' })]);

      const reading = await openReader().open({ topic, partition: 1 }, never);
      await producer.send(records(topic, 3, { partition: 1 }));
      const [all, rest, nothing]: [string[], string[], string[]] = [[], [], []];
      for await (const piece of reading.batches()) all.push(...values(piece.records));
      for await (const piece of reading.batches(3n)) rest.push(...values(piece.records));
      for await (const piece of reading.batches(5n)) nothing.push(...values(piece.records));

      expect(reading).toMatchObject({ low: 0n, end: 5n });
      expect(all).toEqual(['0', '1', '2', '3', '4']);
      expect(rest).toEqual(['3', '4']);
      expect(nothing).toEqual([]);
    });

    test('pieces follow each other without gaps up to the end', async () => {
      const topic = await createdTopic(kafka, { maxMessageBytes: 4 * 1024 ** 2 });
      const producer = producerOf(kafka);
      for (let n = 0; n < 4; n++) await producer.send([record(topic, { value: Buffer.alloc(2 * 1024 ** 2) })]);

      const reading = await openReader().open({ topic, partition: 0 }, never);
      let next = reading.low;
      let pieces = 0;
      for await (const piece of reading.batches()) {
        expect(piece.records[0]!.offset).toBe(next);
        next = piece.nextOffset;
        pieces++;
      }

      expect(next).toBe(4n);
      expect(pieces).toBeGreaterThan(1);
    });

    test('an empty partition has nothing to read, a log without its beginning starts where it does', async () => {
      const [empty, topic] = [await createdTopic(kafka), await createdTopic(kafka)];
      const admin = kafka.admin();
      onTestFinished(() => admin.close());
      await producerOf(kafka).send(records(topic, 5));
      await admin.deleteRecords({ topic, partition: 0, offset: 3n });

      const nothing = await openReader().open({ topic: empty, partition: 0 }, never);
      const reading = await openReader().open({ topic, partition: 0 }, never);
      const found: string[] = [];
      for await (const piece of nothing.batches()) found.push(...values(piece.records));
      for await (const piece of reading.batches()) found.push(...values(piece.records));

      expect(nothing).toMatchObject({ low: 0n, end: 0n });
      expect(reading).toMatchObject({ low: 3n, end: 5n });
      expect(found).toEqual(['3', '4']);
    });

    test('ends when it is told to', async () => {
      const topic = await createdTopic(kafka);
      await producerOf(kafka).send(records(topic, 5));
      const stop = new AbortController();

      const reading = await openReader().open({ topic, partition: 0 }, stop.signal);
      stop.abort();
      const found: string[] = [];
      for await (const piece of reading.batches()) found.push(...values(piece.records));

      expect(found).toEqual([]);
    });

    test('a topic that is not there is no empty one', async () => {
      await expect(openReader().open({ topic: unique('nowhere'), partition: 0 }, never)).rejects.toThrow(/does not/);
    });
  });
}
