import { expect, inject, test } from 'vitest';
import { Kafka, logLevel } from 'kafkajs';
import type { ConsumerOptions } from '../../../pipeline/ports/consumer.ts';
import type { ConsumerRecord } from '../../../pipeline/ports/record.ts';
import { deleteRecords } from '../delete-records.ts';
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

const bootstrap = inject('bootstrap');
const kafka = kafkaAt(bootstrap);

type Loss = Parameters<NonNullable<ConsumerOptions['onLost']>>[0];

test('records deleted while nobody read are reported at the start', async () => {
  const topic = await createdTopic(kafka);
  const producer = producerOf(kafka);
  const groupId = unique('g');
  const found: ConsumerRecord[] = [];
  const losses: Loss[] = [];
  await producer.send(records(topic, 10));
  const first = await startedConsumer(kafka, { groupId, topics: [topic], onBatch: keep(found) });
  await until(() => found.length === 10, { what: 'ten records' });
  await first.stop();

  await producer.send(records(topic, 10));
  await deleteRecords(topic, '20');
  await startedConsumer(kafka, { groupId, topics: [topic], onBatch: keep(found), onLost: (loss) => losses.push(loss) });

  expect(losses).toEqual([{ topic, partition: 0, count: 10n, fromOffset: 10n, toOffset: 20n }]);
});

test('records deleted behind a slow handler are reported, and the group goes on after them', async () => {
  const topic = await createdTopic(kafka);
  const producer = producerOf(kafka);
  const found: ConsumerRecord[] = [];
  const losses: Loss[] = [];
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await producer.send([record(topic, { value: 'first' })]);
  await startedConsumer(kafka, {
    groupId: unique('g'),
    topics: [topic],
    onLost: (loss) => losses.push(loss),
    onBatch: async (batch, context) => {
      found.push(...batch.records);
      if (found.length === 1) await held;
      await context.commit(batch.nextOffset);
    },
  });
  await until(() => found.length === 1, { what: 'the first record' });

  await producer.send(records(topic, 9));
  await deleteRecords(topic, '6');
  release!();
  await until(() => found.length === 5, { what: () => `the records that are left, have ${values(found).join()}` });

  expect(values(found)).toEqual(['first', '5', '6', '7', '8']);
  expect(losses).toEqual([{ topic, partition: 0, count: 5n, fromOffset: 1n, toOffset: 6n }]);
});

test('a log that was deleted to its end is reported though no record follows', async () => {
  const topic = await createdTopic(kafka);
  const producer = producerOf(kafka);
  const losses: Loss[] = [];
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let begun = false;
  await producer.send([record(topic)]);
  await startedConsumer(kafka, {
    groupId: unique('g'),
    topics: [topic],
    onLost: (loss) => losses.push(loss),
    onBatch: async (batch, context) => {
      begun = true;
      await held;
      await context.commit(batch.nextOffset);
    },
  });
  await until(() => begun, { what: 'the first record' });

  await producer.send(records(topic, 4));
  await deleteRecords(topic, '5');
  release!();
  await until(() => losses.length > 0, { what: 'the loss', timeoutMs: 10_000 });

  expect(losses).toEqual([{ topic, partition: 0, count: 4n, fromOffset: 1n, toOffset: 5n }]);
});

test('transaction markers are no loss, and records of aborted transactions are not handed out', async () => {
  const topic = await createdTopic(kafka);
  const client = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
  const foreign = client.producer({ transactionalId: unique('x'), retry: { initialRetryTime: 20 } });
  const found: ConsumerRecord[] = [];
  const losses: Loss[] = [];
  await foreign.connect();
  await startedConsumer(kafka, {
    groupId: unique('g'),
    topics: [topic],
    onBatch: keep(found),
    onLost: (loss) => losses.push(loss),
  });

  for (const end of ['commit', 'abort', 'commit'] as const) {
    const transaction = await foreign.transaction();
    await transaction.send({ topic, messages: [{ partition: 0, value: end }] });
    await transaction[end]();
  }
  await foreign.disconnect();
  await until(() => found.length === 2, { what: 'both committed records' });

  expect(values(found)).toEqual(['commit', 'commit']);
  expect(losses).toEqual([]);
});
