import { onTestFinished } from 'vitest';
import type { Kafka } from '../../pipeline/kafka/index.ts';
import type { TopicPartition } from '../../pipeline/ports/consumer.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { until } from '../integration/until.ts';

/** What a partition holds now, as far as its transactions are decided. */
export async function readPartition(kafka: Kafka, partition: TopicPartition): Promise<ConsumerRecord[]> {
  const reader = kafka.partitionReader();
  onTestFinished(() => reader.close());
  const found: ConsumerRecord[] = [];
  const reading = await reader.open(partition, new AbortController().signal);
  for await (const { records } of reading.batches()) found.push(...records);
  return found;
}

/** The same when so many are there: what a transaction has written is seen a moment later. */
export async function readWhenThere(kafka: Kafka, partition: TopicPartition, count: number): Promise<ConsumerRecord[]> {
  let found: ConsumerRecord[] = [];
  await until(async () => (found = await readPartition(kafka, partition)).length >= count, {
    what: () => `${count} records, have ${found.length}`,
  });
  return found;
}
