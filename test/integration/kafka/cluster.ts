import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createKafka, type Kafka } from '../../../pipeline/kafka/index.ts';
import type { Admin } from '../../../pipeline/ports/admin.ts';
import type { Consumer, ConsumerOptions } from '../../../pipeline/ports/consumer.ts';
import type { Producer } from '../../../pipeline/ports/producer.ts';
import type { ConsumerRecord, ProducerRecord } from '../../../pipeline/ports/record.ts';
import type { TopicPlan } from '../../../pipeline/topology/plan.ts';
import { silentLog } from './silent-log.ts';

const MB = 1024 ** 2;

export function kafkaAt(bootstrap: string, clientId = 'tapline-test'): Kafka {
  return createKafka({ bootstrap: [bootstrap] }, { log: silentLog, clientId });
}

export function unique(name: string): string {
  return `${name}-${randomUUID().slice(0, 8)}`;
}

/** Records of tests are from long ago: with any retention by time, the broker deletes them at its next check. */
export function topicPlan(name: string, given: Partial<TopicPlan> = {}): TopicPlan {
  const limits = { retentionMs: -1, retentionBytes: -1, segmentBytes: 16 * MB, maxMessageBytes: MB };
  return { name, holds: 'records', partitions: 1, explicit: [], ...limits, ...given };
}

/** A new topic that is deleted after the test. */
export async function createdTopic(kafka: Kafka, given: Partial<TopicPlan> = {}): Promise<string> {
  const topic = topicPlan(unique('t'), given);
  const admin = kafka.admin();
  await admin.createTopic(topic);
  onTestFinished(async () => {
    await admin.deleteTopics([topic.name]);
    await admin.close();
  });
  return topic.name;
}

/** An admin that is closed after the test. */
export function adminOf(kafka: Kafka): Admin {
  const admin = kafka.admin();
  onTestFinished(() => admin.close());
  return admin;
}

/** What a group has committed of the first partition of a topic. */
export async function committedOf(kafka: Kafka, groupId: string, topic: string): Promise<bigint | null | undefined> {
  return (await adminOf(kafka).lag(groupId, [topic]))[0]?.committed;
}

/** A producer that is closed after the test. */
export function producerOf(kafka: Kafka): Producer {
  const producer = kafka.producer();
  onTestFinished(() => producer.close());
  return producer;
}

/** A started consumer that is stopped after the test. */
export async function startedConsumer(
  kafka: Kafka,
  options: Pick<ConsumerOptions, 'groupId' | 'topics' | 'onBatch'> & Partial<ConsumerOptions>,
): Promise<Consumer> {
  const consumer = kafka.consumer({
    startAt: 'earliest',
    maxBytesPerPartition: MB,
    minBytes: 1,
    maxWaitMs: 100,
    partitionsConcurrently: 4,
    ...options,
  });
  onTestFinished(() => consumer.stop());
  await consumer.start();
  return consumer;
}

/** Handles batches by keeping their records and committing after each. */
export function keep(records: ConsumerRecord[]): ConsumerOptions['onBatch'] {
  return async (batch, context) => {
    records.push(...batch.records);
    await context.commit(batch.nextOffset);
  };
}

export function record(topic: string, given: Partial<ProducerRecord> = {}): ProducerRecord {
  return { topic, partition: 0, key: null, value: 'v', headers: {}, timestampMs: 1_700_000_000_000, ...given };
}

export function records(topic: string, count: number, given: Partial<ProducerRecord> = {}): ProducerRecord[] {
  return Array.from({ length: count }, (_, index) => record(topic, { value: String(index), ...given }));
}

export function values(found: readonly ConsumerRecord[]): string[] {
  return found.map(({ value }) => String(value));
}
