import { Kafka, logLevel } from 'kafkajs';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { Admin } from '../../../pipeline/ports/admin.ts';
import type { ConsumerRecord } from '../../../pipeline/ports/record.ts';
import { createdTopic, kafkaAt, producerOf, record, records, startedConsumer, unique, values } from './cluster.ts';

const bootstrap = inject('bootstrap');
const kafka = kafkaAt(bootstrap);

function openAdmin(): Admin {
  const admin = kafka.admin();
  onTestFinished(() => admin.close());
  return admin;
}

async function all(range: AsyncIterable<ConsumerRecord>): Promise<ConsumerRecord[]> {
  const found: ConsumerRecord[] = [];
  for await (const one of range) found.push(one);
  return found;
}

test('a stretch of a partition is read without a group, from the first offset to before the last', async () => {
  const admin = openAdmin();
  const topic = await createdTopic(kafka, { partitions: 2 });
  await producerOf(kafka).send(records(topic, 9, { partition: 1, key: 'k', headers: { a: 'b' } }));

  const found = await all(admin.readRange({ topic, partition: 1, from: 2n, to: 5n }));

  expect(values(found)).toEqual(['2', '3', '4']);
  expect(found[0]).toMatchObject({
    topic,
    partition: 1,
    offset: 2n,
    key: Buffer.from('k'),
    headers: { a: Buffer.from('b') },
  });
});

test('reading ends where the last record is a transaction marker, without the records that were rolled back', async () => {
  const admin = openAdmin();
  const topic = await createdTopic(kafka);
  const client = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
  const foreign = client.producer({ transactionalId: unique('x'), retry: { initialRetryTime: 20 } });
  await foreign.connect();
  for (const end of ['commit', 'abort', 'commit', 'abort'] as const) {
    const transaction = await foreign.transaction();
    await transaction.send({ topic, messages: [{ partition: 0, value: end }] });
    await transaction[end]();
  }
  await foreign.disconnect();

  const found = await all(admin.readRange({ topic, partition: 0, from: 0n, to: 8n }));

  expect(found.map(({ offset }) => offset)).toEqual([0n, 4n]);
  expect(values(found)).toEqual(['commit', 'commit']);
});

test('what was deleted is passed over, and a place that is gone holds nothing', async () => {
  const admin = openAdmin();
  const topic = await createdTopic(kafka);
  await producerOf(kafka).send(records(topic, 5));

  await admin.deleteRecords({ topic, partition: 0, offset: 3n });

  expect(values(await all(admin.readRange({ topic, partition: 0, from: 0n, to: 5n })))).toEqual(['3', '4']);
  expect(await all(admin.readRange({ topic, partition: 0, from: 1n, to: 2n }))).toEqual([]);
  expect(await all(admin.readRange({ topic, partition: 0, from: 9n, to: 10n }))).toEqual([]);
  await expect(all(admin.readRange({ topic: 'nowhere', partition: 0, from: 0n, to: 1n }))).rejects.toMatchObject({
    code: 'TOPIC_UNKNOWN',
  });
});

test('offsets are set for a group that nobody is in, with a text beside them', async () => {
  const admin = openAdmin();
  const topic = await createdTopic(kafka, { partitions: 2 });
  const groupId = unique('g');
  expect(await admin.groupState(groupId)).toEqual({ members: [] });
  expect(await admin.groupOffsets(groupId)).toEqual([]);

  await admin.setOffsets(groupId, [{ topic, partition: 1, offset: 7n, metadata: 'why' }]);

  expect(await admin.groupOffsets(groupId)).toEqual([{ topic, partition: 1, offset: 7n, metadata: 'why' }]);
});

test('offsets are not set while the group has members, who are named', async () => {
  const admin = openAdmin();
  const topic = await createdTopic(kafka);
  const groupId = unique('g');
  await startedConsumer(kafka, { groupId, topics: [topic], onBatch: async () => undefined });

  const setting = admin.setOffsets(groupId, [{ topic, partition: 0, offset: 0n }]);

  await expect(setting).rejects.toMatchObject({
    code: 'ARGUMENT_INVALID',
    message: `group ${groupId} has members, which would overwrite what is set; stop them first`,
  });
  const { members } = await admin.groupState(groupId);
  expect(members.map(({ clientId }) => clientId)).toEqual(['tapline-test']);
});

test('a time is looked up in each partition, and one after the last record is the end', async () => {
  const admin = openAdmin();
  const topic = await createdTopic(kafka, { partitions: 2 });
  await producerOf(kafka).send([record(topic, { timestampMs: 1_000 }), record(topic, { timestampMs: 2_000 })]);

  const offsets = await admin.offsetsAt([topic], { timestampMs: 1_500 });

  expect(offsets).toEqual([
    { topic, partition: 0, offset: 1n },
    { topic, partition: 1, offset: 0n },
  ]);
});
