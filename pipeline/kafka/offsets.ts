import type { Cluster } from 'kafkajs';
import type { LogPlace, TopicPartition } from '../ports/consumer.ts';
import { byTopic } from './by-topic.ts';
import { partitionName } from './epoch.ts';

/** Offsets by {@link partitionName}. */
export type Offsets = ReadonlyMap<string, bigint>;

/**
 * Looks up a place in each partition. A time after the last record is the end of the partition, and the end is that of
 * the last transaction decided, as `read_committed` consumers see it.
 */
export async function offsetsAt(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  place: LogPlace,
): Promise<Offsets> {
  if (partitions.length === 0) return new Map();
  const where =
    typeof place === 'string' ? { fromBeginning: place === 'earliest' } : { fromTimestamp: place.timestampMs };
  const found = await cluster.fetchTopicsOffset(byTopic(partitions).map((topic) => ({ ...topic, ...where })));
  const offsets = indexed(found);
  const afterTheEnd = partitions.filter((partition) => (offsets.get(partitionName(partition)) ?? -1n) < 0n);
  if (typeof place === 'string' || afterTheEnd.length === 0) return offsets;
  return new Map([...offsets, ...(await offsetsAt(cluster, afterTheEnd, 'latest'))]);
}

/** What a group has committed; partitions without a commit are absent. */
export async function committedOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<Offsets> {
  if (partitions.length === 0) return new Map();
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const topics = byTopic(partitions).map(({ topic, partitions: wanted }) => ({
    topic,
    partitions: wanted.map(({ partition }) => ({ partition, offset: '-1' })),
  }));
  const { responses } = await coordinator.offsetFetch({ groupId, topics });
  return new Map([...indexed(responses)].filter(([, offset]) => offset >= 0n));
}

function indexed(
  topics: readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[],
): Map<string, bigint> {
  return new Map(
    topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }): [string, bigint] => [
        partitionName({ topic, partition }),
        BigInt(offset),
      ]),
    ),
  );
}
