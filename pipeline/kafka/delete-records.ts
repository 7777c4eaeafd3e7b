import type { Broker, Cluster } from 'kafkajs';
import type { PartitionOffset } from '../ports/admin.ts';

interface DeleteRecords {
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
  }[];
}

/** kafkajs has it, its types do not. */
type Leader = Broker & { deleteRecords(request: DeleteRecords): Promise<unknown> };

/** Asks the leader of a partition to delete what stands before an offset. */
export async function deleteRecords(cluster: Cluster, { topic, partition, offset }: PartitionOffset): Promise<void> {
  const leader = (await leaderOf(cluster, { topic, partition })) as Leader;
  await leader.deleteRecords({ topics: [{ topic, partitions: [{ partition, offset: String(offset) }] }] });
}

/** The broker that leads a partition. */
export async function leaderOf(
  cluster: Cluster,
  { topic, partition }: { readonly topic: string; readonly partition: number },
): Promise<Broker> {
  await cluster.addMultipleTargetTopics([topic]);
  await cluster.refreshMetadataIfNecessary();
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  return cluster.findBroker({ nodeId: nodeId ?? '' });
}
