import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { messageOf } from '../../pipeline/errors/pipeline-error.ts';
import type { Kafka } from '../../pipeline/kafka/index.ts';
import { createdTopic, producerOf, record, records, topicPlan, unique, values } from '../integration/kafka/cluster.ts';
import { readPartition } from './read-partition.ts';
import type { TransportCase } from './transport.ts';

/** Values of Apache Kafka's own UtilsTest.testMurmur2. */
const HASHES: Readonly<Record<string, number>> = {
  '21': -973932308,
  foobar: -790332482,
  'a-little-bit-long-string': -985981536,
};

async function endOf(kafka: Kafka, topic: string): Promise<bigint> {
  const admin = kafka.admin();
  onTestFinished(() => admin.close());
  const [described] = await admin.describeTopics([topic]);
  return described!.partitions[0]!.high;
}

/** What every producer must do. */
export function producerConformance({ name, connect }: TransportCase): void {
  const kafka = connect('tapline-test');

  describe(`producer ${name}`, () => {
    test('records come back with key, headers, timestamp and bytes, and the end of their partition is told', async () => {
      const topic = await createdTopic(kafka, { partitions: 2, maxMessageBytes: 4 * 1024 ** 2 });
      const picture = randomBytes(3 * 1024 ** 2);
      const headers = { plain: 'text', bytes: Buffer.from([0, 255]), many: ['a', 'b'], one: ['c'], absent: undefined };

      const written = await producerOf(kafka).send([
        record(topic, { key: 'camera', value: picture, headers, timestampMs: 1_699_999_999_123 }),
        record(topic, { key: null, value: null, timestampMs: 5 }),
        record(topic, { partition: 1, value: '' }),
      ]);

      expect([...written]).toEqual([
        [`${topic}-0`, 2n],
        [`${topic}-1`, 1n],
      ]);
      const [first, second] = await readPartition(kafka, { topic, partition: 0 });
      expect(first!.value!.equals(picture)).toBe(true);
      expect(first).toMatchObject({ offset: 0n, timestampMs: 1_699_999_999_123, key: Buffer.from('camera') });
      expect(first!.headers).toEqual({
        plain: Buffer.from('text'),
        bytes: Buffer.from([0, 255]),
        many: [Buffer.from('a'), Buffer.from('b')],
        one: Buffer.from('c'),
      });
      expect(second).toMatchObject({ offset: 1n, timestampMs: 5, key: null, value: null, headers: {} });
      expect((await readPartition(kafka, { topic, partition: 1 }))[0]!.value).toEqual(Buffer.alloc(0));
    });

    test('what was sent is not changed by who sent it', async () => {
      const topic = await createdTopic(kafka);
      const value = Buffer.from('before');

      await producerOf(kafka).send([record(topic, { value })]);
      value.fill('x');

      expect(values(await readPartition(kafka, { topic, partition: 0 }))).toEqual(['before']);
    });

    test('many sends at once keep the order of each partition', async () => {
      const topic = await createdTopic(kafka, { partitions: 2 });
      const producer = producerOf(kafka);

      await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          producer.send([0, 1].flatMap((partition) => [record(topic, { partition, value: String(n) })])),
        ),
      );

      for (const partition of [0, 1]) {
        const found = values(await readPartition(kafka, { topic, partition })).map(Number);
        expect(found).toEqual(Array.from({ length: 100 }, (_, n) => n));
      }
    });

    test('a key goes to the partition where other Kafka clients put it', async () => {
      const topic = await createdTopic(kafka, { partitions: 7 });
      const producer = producerOf(kafka);

      expect(await producer.partitionsOf(topic)).toBe(7);
      for (const [key, hash] of Object.entries(HASHES)) {
        expect(await producer.partitionFor(topic, key)).toBe((hash & 0x7fffffff) % 7);
        expect(await producer.partitionFor(topic, Buffer.from(key))).toBe((hash & 0x7fffffff) % 7);
      }
    });

    test('a record larger than its topic takes is named, and none of the others is written', async () => {
      const topic = await createdTopic(kafka, { maxMessageBytes: 100_000 });
      const batch = [record(topic), record(topic, { value: randomBytes(100_000) }), record(topic)];

      const sending = producerOf(kafka).send(batch);

      await expect(sending).rejects.toMatchObject({
        name: 'ProduceError',
        code: 'RECORD_TOO_LARGE',
        record: 1,
        where: { topic, partition: 0 },
      });
      await expect(sending).rejects.toThrow(
        `a record of 100072 bytes for ${topic}-0 is larger than the topic takes (100000); raise its maxMessageBytes or make the record smaller`,
      );
      expect(await endOf(kafka, topic)).toBe(0n);
    });

    test('the largest record a topic takes is written, one byte more is not', async () => {
      const topic = await createdTopic(kafka, { maxMessageBytes: 100_000 });
      const producer = producerOf(kafka);
      const fits = record(topic, { key: 'k', value: '', headers: { name: 'value', more: [randomBytes(200), 'x'] } });
      const refused = await producer.send([{ ...fits, value: randomBytes(100_000) }]).then(() => '', messageOf);
      const bytes = Number(/record of (\d+) bytes/.exec(refused)?.[1]);
      const largest = randomBytes(100_000 - (bytes - 100_000));

      await producer.send([{ ...fits, value: largest }]);

      const tooLarge = { ...fits, value: Buffer.concat([largest, Buffer.from('x')]) };
      await expect(producer.send([tooLarge])).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
    });

    test('records that each fit are written though all together are larger than the topic takes', async () => {
      const topic = await createdTopic(kafka, { maxMessageBytes: 100_000 });

      await producerOf(kafka).send(records(topic, 30, { value: randomBytes(60_000) }));

      expect(await endOf(kafka, topic)).toBe(30n);
    });

    test('a limit that was raised meanwhile counts', async () => {
      const name = await createdTopic(kafka, { maxMessageBytes: 100_000 });
      const producer = producerOf(kafka);
      const admin = kafka.admin();
      onTestFinished(() => admin.close());
      await producer.send([record(name)]);

      await admin.ensureTopics([topicPlan(name, { maxMessageBytes: 300_000 })]);

      const written = await producer.send([record(name, { value: randomBytes(200_000) })]);
      expect([...written]).toEqual([[`${name}-0`, 2n]]);
    });

    test('a record with a timestamp the broker does not take is named, and what came before it is written', async () => {
      const topic = await createdTopic(kafka);
      const inMicroseconds = 1_900_000_000_000_000;
      const batch = [record(topic), record(topic, { timestampMs: inMicroseconds }), record(topic)];

      const sending = producerOf(kafka).send(batch);

      await expect(sending).rejects.toMatchObject({ code: 'RECORD_REFUSED', record: 1, retriable: false });
      expect(await endOf(kafka, topic)).toBe(1n);
    });

    test('a compacted topic takes no record without a key', async () => {
      const topic = await createdTopic(kafka, { holds: 'changes' });

      const sending = producerOf(kafka).send([record(topic, { key: 'k' }), record(topic)]);

      await expect(sending).rejects.toMatchObject({ code: 'RECORD_REFUSED', record: 1 });
    });

    test('a topic that is not there and a partition it does not have are named', async () => {
      const topic = await createdTopic(kafka, { partitions: 2 });
      const producer = producerOf(kafka);
      const nowhere = unique('nowhere');

      await expect(producer.send([record(topic), record(nowhere)])).rejects.toMatchObject({
        code: 'TOPIC_UNKNOWN',
        record: 1,
        where: { topic: nowhere },
      });
      await expect(producer.send([record(topic, { partition: 2 })])).rejects.toMatchObject({
        code: 'PARTITION_UNKNOWN',
        record: 0,
      });
      await expect(producer.partitionsOf(nowhere)).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' });
    });

    test('a producer that is closed says so', async () => {
      const topic = await createdTopic(kafka);
      const producer = producerOf(kafka);

      await producer.close();

      await expect(producer.send([record(topic)])).rejects.toMatchObject({
        code: 'KAFKA_UNREACHABLE',
        retriable: true,
      });
    });
  });
}
