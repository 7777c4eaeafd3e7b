import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PartitionBatch } from '../../pipeline/ports/consumer.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import {
  committedOf,
  createdTopic,
  keep,
  producerOf,
  record,
  records,
  startedConsumer,
  unique,
  values,
} from '../integration/kafka/cluster.ts';
import { until } from '../integration/until.ts';
import type { TransportCase } from './transport.ts';

/** What every consumer must do with the records of its partitions. */
export function consumerConformance({ name, connect }: TransportCase): void {
  const kafka = connect('tapline-test');

  describe(`consumer ${name}`, () => {
    test('each partition comes in order, one batch at a time, and a batch tells where it is in its partition', async () => {
      const topic = await createdTopic(kafka, { partitions: 3 });
      const producer = producerOf(kafka);
      const batches: PartitionBatch[] = [];
      const running = new Map<number, number>();
      let most = 0;
      let together = 0;
      for (let n = 0; n < 20; n++)
        await producer.send([0, 1, 2].map((partition) => record(topic, { partition, value: String(n) })));

      await startedConsumer(kafka, {
        groupId: unique('g'),
        topics: [topic],
        maxBytesPerPartition: 200,
        onBatch: async (batch, context) => {
          const { partition } = batch;
          running.set(partition, (running.get(partition) ?? 0) + 1);
          most = Math.max(most, running.get(partition)!);
          together = Math.max(together, [...running.values()].filter((count) => count > 0).length);
          await new Promise((resolve) => setImmediate(resolve));
          batches.push(batch);
          await context.commit(batch.nextOffset);
          running.set(partition, running.get(partition)! - 1);
        },
      });
      const seen = (): number => batches.reduce((sum, batch) => sum + batch.records.length, 0);
      await until(() => seen() === 60, { what: () => `60 records, have ${seen()}` });

      expect(most).toBe(1);
      expect(together).toBeGreaterThan(1);
      for (const partition of [0, 1, 2]) {
        const ofPartition = batches.filter((batch) => batch.partition === partition);
        expect(values(ofPartition.flatMap((batch) => batch.records)).map(Number)).toEqual(
          Array.from({ length: 20 }, (_, n) => n),
        );
        expect(ofPartition.length).toBeGreaterThan(1);
        for (const [index, batch] of ofPartition.entries()) {
          expect(batch.fetchedOffset).toBe(index === 0 ? 0n : ofPartition[index - 1]!.nextOffset);
          expect(batch).toMatchObject({ topic, highWatermark: 20n, nextOffset: batch.records.at(-1)!.offset + 1n });
        }
      }
    });

    test('a record larger than a fetch arrives all the same, with all that it has', async () => {
      const topic = await createdTopic(kafka, { maxMessageBytes: 16 * 1024 ** 2 });
      const picture = randomBytes(5 * 1024 ** 2);
      const found: ConsumerRecord[] = [];
      const headers = { plain: 'text', many: ['a', Buffer.from('b')], absent: undefined, none: '' };
      await producerOf(kafka).send([
        record(topic, { key: 'camera', value: picture, headers, timestampMs: 1_699_999_999_123 }),
        record(topic, { value: null }),
      ]);

      await startedConsumer(kafka, {
        groupId: unique('g'),
        topics: [topic],
        maxBytesPerPartition: 1_000,
        onBatch: keep(found),
      });
      await until(() => found.length === 2, { what: 'both records' });

      expect(found[0]!.value!.equals(picture)).toBe(true);
      expect(found[0]).toMatchObject({ topic, partition: 0, offset: 0n, timestampMs: 1_699_999_999_123 });
      expect(String(found[0]!.key)).toBe('camera');
      expect(found[0]!.headers).toEqual({
        plain: Buffer.from('text'),
        many: [Buffer.from('a'), Buffer.from('b')],
        none: Buffer.alloc(0),
      });
      expect(found[1]).toMatchObject({ offset: 1n, key: null, value: null });
    });

    test('two groups both get every record', async () => {
      const topic = await createdTopic(kafka, { partitions: 2 });
      const [left, right]: [ConsumerRecord[], ConsumerRecord[]] = [[], []];
      await startedConsumer(kafka, { groupId: unique('g'), topics: [topic], onBatch: keep(left) });
      await startedConsumer(kafka, { groupId: unique('g'), topics: [topic], onBatch: keep(right) });

      await producerOf(kafka).send([...records(topic, 50), ...records(topic, 50, { partition: 1 })]);
      await until(() => left.length === 100 && right.length === 100, { what: '100 records in both groups' });

      expect(values(left).sort()).toEqual(values(right).sort());
    });

    test('the backlog of another input is what was not handed out of the same partition number', async () => {
      const [topic, other] = [
        await createdTopic(kafka, { partitions: 2 }),
        await createdTopic(kafka, { partitions: 2 }),
      ];
      const backlogs: bigint[] = [];
      let advanced = false;
      const producer = producerOf(kafka);
      await producer.send([...records(other, 7, { partition: 1 }), ...records(other, 3)]);
      await producer.send([record(topic, { partition: 1 })]);

      await startedConsumer(kafka, {
        groupId: unique('g'),
        topics: [topic, other],
        partitionsConcurrently: 8,
        onBatch: async (batch, context) => {
          if (batch.topic === topic) {
            await until(() => advanced, { what: 'the other input' });
            backlogs.push(await context.backlogOf(other), await context.backlogOf('nowhere'));
          } else if (batch.partition === 1) {
            context.advance(2n);
            advanced = true;
            await until(() => backlogs.length > 0, { what: 'the first input' });
          }
          context.advance(batch.nextOffset);
        },
      });
      await until(() => backlogs.length > 0, { what: 'the backlog' });

      expect(backlogs).toEqual([5n, 0n]);
    });

    test('what a handler throws ends the consumer with that error', async () => {
      const topic = await createdTopic(kafka);
      await producerOf(kafka).send(records(topic, 1));

      const consumer = await startedConsumer(kafka, {
        groupId: unique('g'),
        topics: [topic],
        onBatch: async () => {
          JSON.parse('{');
        },
      });

      await expect(consumer.done).rejects.toThrow(SyntaxError);
    });

    test('an unknown topic is named', async () => {
      const consumer = kafka.consumer({
        groupId: unique('g'),
        topics: ['no-such-topic'],
        startAt: 'earliest',
        maxBytesPerPartition: 1_000,
        minBytes: 1,
        maxWaitMs: 100,
        partitionsConcurrently: 1,
        onBatch: async () => undefined,
      });

      await expect(consumer.start()).rejects.toMatchObject({
        code: 'TOPIC_UNKNOWN',
        message: 'topic "no-such-topic" does not exist; create it, or correct its name',
      });
      await consumer.stop();
    });

    test('stopping twice is safe, before the start too, and waits for the handler under way', async () => {
      const topic = await createdTopic(kafka);
      const groupId = unique('g');
      const steps: string[] = [];
      await producerOf(kafka).send([record(topic)]);
      const consumer = await startedConsumer(kafka, {
        groupId,
        topics: [topic],
        onBatch: async (batch, context) => {
          steps.push('begun');
          await until(() => context.signal.aborted, { what: 'the stop' });
          await context.commit(batch.nextOffset);
          steps.push('ended');
        },
      });
      await until(() => steps.length === 1, { what: 'the handler' });

      await Promise.all([consumer.stop(), consumer.stop()]);
      steps.push('stopped');
      await consumer.stop();

      await expect(consumer.done).resolves.toBeUndefined();
      expect(steps).toEqual(['begun', 'ended', 'stopped']);
      expect(await committedOf(kafka, groupId, topic)).toBe(1n);
      const never = kafka.consumer({
        groupId,
        topics: [topic],
        startAt: 'earliest',
        maxBytesPerPartition: 1_000,
        minBytes: 1,
        maxWaitMs: 100,
        partitionsConcurrently: 1,
        onBatch: async () => undefined,
      });
      await never.stop();
      await expect(never.done).resolves.toBeUndefined();
    });
  });
}
