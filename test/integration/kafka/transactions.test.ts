import { expect, inject, onTestFinished, test } from 'vitest';
import { TransactionLost } from '../../../pipeline/errors/pipeline-error.ts';
import type { TransactionalProducer, Written } from '../../../pipeline/ports/producer.ts';
import type { ConsumerRecord } from '../../../pipeline/ports/record.ts';
import { readAll } from '../read-records.ts';
import { until } from '../until.ts';
import { createdTopic, kafkaAt, producerOf, record, records, unique, values } from './cluster.ts';

const bootstrap = inject('bootstrap');
const kafka = kafkaAt(bootstrap);
const never = new AbortController().signal;

function transactional(id: string): TransactionalProducer {
  const producer = producerOf(kafka).transactional(id);
  onTestFinished(() => producer.close());
  return producer;
}

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

/** What is committed is seen a moment later, when its markers are written. */
async function seen(topic: string, count: number): Promise<ConsumerRecord[]> {
  let found: ConsumerRecord[] = [];
  await until(async () => (found = await readAll(bootstrap, topic)).length >= count, {
    what: () => `${count} records, have ${found.length}`,
  });
  return found;
}

test('records and progress are written together, and each partition tells where its records end', async () => {
  const [input, output] = [await createdTopic(kafka), await createdTopic(kafka, { partitions: 2 })];
  const groupId = unique('g');
  const producer = transactional(unique('tx'));
  await producer.begin(never);

  const first = await deliver(
    producer,
    [record(output, { value: 'a' }), record(output, { value: 'b', partition: 1 }), record(output, { value: 'c' })],
    { groupId, offsets: [{ topic: input, partition: 0, nextOffset: 0n }] },
  );
  const second = await deliver(producer, [record(output, { value: 'd' })], { groupId, offsets: [] });

  expect([...first]).toEqual([
    [`${output}-0`, 2n],
    [`${output}-1`, 1n],
  ]);
  expect([...second]).toEqual([[`${output}-0`, 4n]]); // after the marker of the first transaction
  const admin = kafka.admin();
  onTestFinished(() => admin.close());
  expect((await admin.lag(groupId, [input]))[0]?.committed).toBe(0n);
  expect(values(await seen(output, 4)).sort()).toEqual(['a', 'b', 'c', 'd']);
});

test('records are written together without the progress of a group, too', async () => {
  const output = await createdTopic(kafka, { partitions: 2 });
  const producer = transactional(unique('tx'));
  await producer.begin(never);

  await deliver(producer, [record(output, { value: 'a' }), record(output, { value: 'b', partition: 1 })]);

  expect(values(await seen(output, 2))).toEqual(['a', 'b']);
});

test('a second owner fences the first, whose open work is never seen', async () => {
  const output = await createdTopic(kafka);
  const id = unique('tx');
  const progress = { groupId: unique('g'), offsets: [] };
  const [former, owner] = [transactional(id), transactional(id)];
  await former.begin(never);
  await deliver(former, [record(output, { value: 'former' })], progress);

  await owner.begin(never);
  await expect(former.commit([record(output, { value: 'too late' })], progress)).rejects.toThrow(TransactionLost);
  await owner.commit([record(output, { value: 'owner' })], progress);

  expect(values(await seen(output, 2))).toEqual(['former', 'owner']);
  await former.begin(never);
  await expect(owner.commit([record(output)], progress)).rejects.toThrow(TransactionLost);
});

test('a record that can never be written is named, nothing of its transaction is seen, and the next one works', async () => {
  const output = await createdTopic(kafka, { maxMessageBytes: 100_000 });
  const progress = { groupId: unique('g'), offsets: [] };
  const producer = transactional(unique('tx'));
  await producer.begin(never);
  const future = Date.now() + 7_200_000;

  const tooLarge = [record(output), record(output, { value: 'x'.repeat(200_000) })];
  await expect(deliver(producer, tooLarge, progress)).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE', record: 1 });
  const refused = [...records(output, 3), record(output, { timestampMs: future }), ...records(output, 2)];
  await expect(deliver(producer, refused, progress)).rejects.toMatchObject({ code: 'RECORD_REFUSED', record: 3 });
  await producer.commit([record(output, { value: 'fine' })], progress);

  expect(values(await seen(output, 1))).toEqual(['fine']);
});

test('a chunk larger than a batch takes several, and all of it is seen in order', async () => {
  const output = await createdTopic(kafka, { partitions: 2 });
  const producer = transactional(unique('tx'));
  await producer.begin(never);
  const many = records(output, 6_000).map((one, index) => ({ ...one, partition: index % 2 }));

  await deliver(producer, many, { groupId: unique('g'), offsets: [] });

  const read = await seen(output, many.length);
  for (const partition of [0, 1]) {
    const found = values(read.filter((one) => one.partition === partition)).map(Number);
    expect(found).toEqual(many.filter((one) => one.partition === partition).map(({ value }) => Number(value)));
  }
});
