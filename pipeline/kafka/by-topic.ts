import type { TopicPartition } from '../ports/consumer.ts';

/** Partitions of several topics as Kafka's requests list them: one entry for each topic, in the order of first mention. */
export function byTopic<T extends TopicPartition>(
  partitions: readonly T[],
): { readonly topic: string; readonly partitions: T[] }[] {
  const topics = new Map<string, T[]>();
  for (const partition of partitions) {
    const known = topics.get(partition.topic);
    if (known) known.push(partition);
    else topics.set(partition.topic, [partition]);
  }
  return [...topics].map(([topic, wanted]) => ({ topic, partitions: wanted }));
}
