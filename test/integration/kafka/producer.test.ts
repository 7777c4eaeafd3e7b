import { randomBytes } from 'node:crypto';
import { expect, inject, onTestFinished, test } from 'vitest';
import { messageOf } from '../../../pipeline/errors/pipeline-error.ts';
import { createdTopic, kafkaAt, producerOf, record, records, unique } from './cluster.ts';

const kafka = kafkaAt(inject('bootstrap'));

test('a record larger than its topic takes is named, and none of the others is written', async () => {
  const topic = await createdTopic(kafka, { maxMessageBytes: 100_000 });
  const admin = kafka.admin();
  onTestFinished(() => admin.close());
  const batch = [record(topic), record(topic, { value: randomBytes(100_000) }), record(topic)];

  const sending = producerOf(kafka).send(batch);

  await expect(sending).rejects.toMatchObject({
    code: 'RECORD_TOO_LARGE',
    record: 1,
    retriable: false,
    where: { topic },
  });
  await expect(sending).rejects.toThrow(
    `a record of 100072 bytes for ${topic}-0 is larger than the topic takes (100000); raise its maxMessageBytes or make the record smaller`,
  );
  expect((await admin.describeTopics([topic]))[0]!.partitions[0]!.high).toBe(0n);
});

test('the largest record a topic takes is written, one byte more is not', async () => {
  const topic = await createdTopic(kafka, { maxMessageBytes: 100_000 });
  const producer = producerOf(kafka);
  const headers = { name: 'value', more: [randomBytes(200), 'x'] };
  const fits = record(topic, { key: 'k', value: '', headers });
  const tooLarge = producer.send([{ ...fits, value: randomBytes(100_000) }]);
  const refused = await tooLarge.then(() => '', messageOf);
  const bytes = Number(/record of (\d+) bytes/.exec(refused)?.[1]);
  const largest = randomBytes(100_000 - (bytes - 100_000));

  await producer.send([{ ...fits, value: largest }]);

  await expect(producer.send([{ ...fits, value: Buffer.concat([largest, Buffer.from('x')]) }])).rejects.toMatchObject({
    code: 'RECORD_TOO_LARGE',
  });
});

test('records that each fit are written though all together are larger than the topic takes', async () => {
  const topic = await createdTopic(kafka, { maxMessageBytes: 100_000 });
  const admin = kafka.admin();
  onTestFinished(() => admin.close());

  await producerOf(kafka).send(records(topic, 30, { value: randomBytes(60_000) }));

  expect((await admin.describeTopics([topic]))[0]!.partitions[0]!.high).toBe(30n);
});

test('a limit that was raised meanwhile counts', async () => {
  const topic = await createdTopic(kafka, { maxMessageBytes: 100_000 });
  const producer = producerOf(kafka);
  const admin = kafka.admin();
  onTestFinished(() => admin.close());
  await producer.send([record(topic)]);

  const [described] = await admin.describeTopics([topic]);
  await admin.ensureTopics([
    { ...planOf(topic), segmentBytes: Number(described!.config['segment.bytes']), maxMessageBytes: 300_000 },
  ]);

  await expect(producer.send([record(topic, { value: randomBytes(200_000) })])).resolves.toEqual(
    new Map([[`${topic}-0`, 2n]]),
  );
});

test('a record with a timestamp the broker does not take is named, and its neighbours are written', async () => {
  const topic = await createdTopic(kafka);
  const admin = kafka.admin();
  onTestFinished(() => admin.close());
  const inMicroseconds = 1_900_000_000_000_000;
  const batch = [record(topic), record(topic, { timestampMs: inMicroseconds }), record(topic)];

  const sending = producerOf(kafka).send(batch);

  await expect(sending).rejects.toMatchObject({ code: 'RECORD_REFUSED', record: 1 });
  expect((await admin.describeTopics([topic]))[0]!.partitions[0]!.high).toBe(1n);
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
});

test('a key goes to the partition where other Kafka clients put it', async () => {
  const topic = await createdTopic(kafka, { partitions: 7 });
  const producer = producerOf(kafka);

  expect(await producer.partitionsOf(topic)).toBe(7);
  expect(await producer.partitionFor(topic, 'camera-1')).toBe(
    await producer.partitionFor(topic, Buffer.from('camera-1')),
  );
});

function planOf(name: string): Parameters<ReturnType<typeof kafka.admin>['createTopic']>[0] {
  return {
    name,
    holds: 'records',
    partitions: 1,
    explicit: [],
    retentionMs: 600_000,
    retentionBytes: -1,
    segmentBytes: 16_777_216,
    maxMessageBytes: 100_000,
  };
}
