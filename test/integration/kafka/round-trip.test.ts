import { randomBytes } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { headerText, type ConsumerRecord } from '../../../pipeline/ports/record.ts';
import { until } from '../until.ts';
import {
  createdTopic,
  kafkaAt,
  keep,
  producerOf,
  record,
  records,
  startedConsumer,
  unique,
  values,
} from './cluster.ts';

const kafka = kafkaAt(inject('bootstrap'));

test('a record comes back with its key, headers, timestamp and bytes', async () => {
  const topic = await createdTopic(kafka, { maxMessageBytes: 16 * 1024 ** 2 });
  const picture = randomBytes(5 * 1024 ** 2);
  const headers = {
    plain: 'text',
    bytes: Buffer.from([0, 255]),
    many: ['a', Buffer.from('b')],
    absent: undefined,
    none: '',
  };
  const found: ConsumerRecord[] = [];

  await producerOf(kafka).send([
    record(topic, { key: 'camera', value: picture, headers, timestampMs: 1_699_999_999_123 }),
    record(topic, { key: null, value: null, timestampMs: 5 }),
  ]);
  await startedConsumer(kafka, { groupId: unique('g'), topics: [topic], onBatch: keep(found) });
  await until(() => found.length === 2, { what: 'both records' });

  expect(found[0]!.value!.equals(picture)).toBe(true);
  expect(found[0]).toMatchObject({ topic, partition: 0, offset: 0n, timestampMs: 1_699_999_999_123 });
  expect(String(found[0]!.key)).toBe('camera');
  expect(headerText(found[0]!.headers, 'plain')).toBe('text');
  expect(found[0]!.headers['bytes']).toEqual(Buffer.from([0, 255]));
  expect((found[0]!.headers['many'] as Buffer[]).map(String)).toEqual(['a', 'b']);
  expect(headerText(found[0]!.headers, 'none')).toBe('');
  expect(Object.keys(found[0]!.headers)).not.toContain('absent');
  expect(found[1]).toMatchObject({ offset: 1n, timestampMs: 5, key: null, value: null });
});

test('many sends at once keep the order of each partition', async () => {
  const topic = await createdTopic(kafka, { partitions: 3 });
  const producer = producerOf(kafka);
  const found: ConsumerRecord[] = [];

  const sends = Array.from({ length: 300 }, (_, index) =>
    producer.send(
      [0, 1, 2].flatMap((partition) =>
        [0, 1, 2].map((n) => record(topic, { partition, value: String(index * 3 + n) })),
      ),
    ),
  );
  await Promise.all(sends);
  await startedConsumer(kafka, { groupId: unique('g'), topics: [topic], onBatch: keep(found) });
  await until(() => found.length === 2_700, { what: () => `2700 records, have ${found.length}` });

  for (const partition of [0, 1, 2]) {
    const inPartition = values(found.filter((one) => one.partition === partition)).map(Number);
    expect(inPartition).toEqual(Array.from({ length: 900 }, (_, index) => index));
  }
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

test('a group that starts at the latest record gets what comes after its start, also after a restart in between', async () => {
  const topic = await createdTopic(kafka);
  const producer = producerOf(kafka);
  const groupId = unique('g');
  const admin = kafka.admin();
  const found: ConsumerRecord[] = [];
  await producer.send(records(topic, 5));

  const first = await startedConsumer(kafka, { groupId, topics: [topic], startAt: 'latest', onBatch: keep(found) });
  await until(async () => (await admin.lag(groupId, [topic]))[0]?.committed === 5n, {
    what: 'the committed beginning',
  });
  await first.stop();
  await admin.close();
  await producer.send([record(topic, { value: 'while away' })]);
  await startedConsumer(kafka, { groupId, topics: [topic], startAt: 'latest', onBatch: keep(found) });
  await until(() => found.length > 0, { what: 'the record' });

  expect(values(found)).toEqual(['while away']);
});

test('a group that resets to the latest record ignores what it has committed', async () => {
  const topic = await createdTopic(kafka);
  const producer = producerOf(kafka);
  const groupId = unique('g');
  const before: ConsumerRecord[] = [];
  const after: ConsumerRecord[] = [];
  await producer.send(records(topic, 5));
  const first = await startedConsumer(kafka, { groupId, topics: [topic], onBatch: keep(before) });
  await until(() => before.length === 5, { what: 'five records' });
  await first.stop();
  await producer.send(records(topic, 20));

  await startedConsumer(kafka, {
    groupId,
    topics: [topic],
    startAt: 'earliest',
    resetToLatest: true,
    onBatch: keep(after),
  });
  await producer.send([record(topic, { value: 'new' })]);
  await until(() => after.length > 0, { what: 'the new record' });

  expect(values(after)).toEqual(['new']);
});

test('what a handler neither commits nor advances past is handed out again', async () => {
  const topic = await createdTopic(kafka);
  const rounds: string[][] = [];
  await producerOf(kafka).send(records(topic, 4));

  await startedConsumer(kafka, {
    groupId: unique('g'),
    topics: [topic],
    onBatch: async (batch, context) => {
      rounds.push(values(batch.records));
      await context.commit(rounds.length === 1 ? 2n : batch.nextOffset);
    },
  });
  await until(() => rounds.length === 2, { what: 'two rounds' });

  expect(rounds).toEqual([
    ['0', '1', '2', '3'],
    ['2', '3'],
  ]);
});
