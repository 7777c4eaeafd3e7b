import { Kafka, logLevel } from 'kafkajs';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { ConsumerOptions } from '../../../pipeline/ports/consumer.ts';
import type { ConsumerRecord } from '../../../pipeline/ports/record.ts';
import { until } from '../until.ts';
import { createdTopic, kafkaAt, keep, startedConsumer, unique, values } from './cluster.ts';

const bootstrap = inject('bootstrap');
const kafka = kafkaAt(bootstrap);

type Loss = Parameters<NonNullable<ConsumerOptions['onLost']>>[0];

/** One transaction after the other, each with a record, ended as it says. */
async function transactions(topic: string, ends: readonly ('commit' | 'abort')[]): Promise<void> {
  const client = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
  const foreign = client.producer({ transactionalId: unique('x'), retry: { initialRetryTime: 20 } });
  await foreign.connect();
  for (const end of ends) {
    const transaction = await foreign.transaction();
    await transaction.send({ topic, messages: [{ partition: 0, value: end }] });
    await transaction[end]();
  }
  await foreign.disconnect();
}

test('reading ends where the last record is a transaction marker, without the records that were rolled back', async () => {
  const admin = kafka.admin();
  onTestFinished(() => admin.close());
  const topic = await createdTopic(kafka);
  await transactions(topic, ['commit', 'abort', 'commit', 'abort']);

  const found: ConsumerRecord[] = [];
  for await (const one of admin.readRange({ topic, partition: 0, from: 0n, to: 8n })) found.push(one);

  expect(found.map(({ offset }) => offset)).toEqual([0n, 4n]);
  expect(values(found)).toEqual(['commit', 'commit']);
});

test('transaction markers are no loss, and records of aborted transactions are not handed out', async () => {
  const topic = await createdTopic(kafka);
  const found: ConsumerRecord[] = [];
  const losses: Loss[] = [];
  await startedConsumer(kafka, {
    groupId: unique('g'),
    topics: [topic],
    onBatch: keep(found),
    onLost: (loss) => losses.push(loss),
  });

  await transactions(topic, ['commit', 'abort', 'commit']);
  await until(() => found.length === 2, { what: 'both committed records' });

  expect(values(found)).toEqual(['commit', 'commit']);
  expect(losses).toEqual([]);
});
