import type { LogPlace, TopicPartition } from '../ports/consumer.ts';
import type { Logger } from '../ports/logger.ts';
import type { PartitionReader } from '../ports/partition-reader.ts';
import { AdminClient } from './admin-client.ts';
import type { ClientConnection } from './client.ts';
import { partitionName } from './epoch.ts';
import { offsetsAt } from './offsets.ts';
import { readPieces } from './read-range.ts';

/** Creates a reader of partitions; it connects on first use. */
export function createPartitionReader(connection: ClientConnection, log: Logger): PartitionReader {
  const client = new AdminClient(connection, log, { met: true });
  return {
    open: async (partition, signal) => {
      const [low, end] = [await offsetAt(client, partition, 'earliest'), await offsetAt(client, partition, 'latest')];
      return { low, end, batches: (from = low) => readPieces(client, { ...partition, from, to: end }, signal) };
    },
    close: () => client.close(),
  };
}

async function offsetAt(client: AdminClient, partition: TopicPartition, place: LogPlace): Promise<bigint> {
  const offsets = await client.ask(async ({ cluster }) => {
    await cluster.addMultipleTargetTopics([partition.topic]);
    return offsetsAt(cluster, [partition], place);
  });
  return offsets.get(partitionName(partition)) ?? 0n;
}
