import type { Broker, Cluster, Message } from 'kafkajs';
import type { TopicPartition } from '../ports/consumer.ts';
import type { Progress } from '../ports/producer.ts';
import { byTopic } from './by-topic.ts';

/** Who writes: the broker refuses an id whose epoch is not the newest. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** A record batch for one partition, and its number in the sequence of that partition. */
export interface SequencedBatch extends TopicPartition {
  readonly firstSequence: number;
  readonly messages: readonly Message[];
}

/** kafkajs has these requests, its types do not. */
export type TransactionBroker = Broker & {
  initProducerId(request: {
    transactionalId: string;
    transactionTimeout: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
  addPartitionsToTxn(request: ProducerIdentity & { topics: unknown }): Promise<unknown>;
  addOffsetsToTxn(request: ProducerIdentity & { groupId: string }): Promise<unknown>;
  txnOffsetCommit(request: ProducerIdentity & { groupId: string; topics: unknown }): Promise<unknown>;
  endTxn(request: ProducerIdentity & { transactionResult: boolean }): Promise<unknown>;
  produce(request: object): Promise<{
    topics: readonly { topicName: string; partitions: readonly { partition: number; baseOffset: string }[] }[];
  }>;
};

type FindCoordinator = (request: { groupId: string; coordinatorType: number }) => Promise<TransactionBroker>;

const TRANSACTION_COORDINATOR = 1;
const GROUP_COORDINATOR = 0;
const ACKS_ALL = -1;
const PRODUCE_TIMEOUT_MS = 30_000;

/** The broker that keeps the transactions of an id. */
export function transactionCoordinator(cluster: Cluster, transactionalId: string): Promise<TransactionBroker> {
  return coordinatorOf(cluster, transactionalId, TRANSACTION_COORDINATOR);
}

/** The broker that keeps the offsets of a group. */
export function groupCoordinator(cluster: Cluster, groupId: string): Promise<TransactionBroker> {
  return coordinatorOf(cluster, groupId, GROUP_COORDINATOR);
}

function coordinatorOf(cluster: Cluster, groupId: string, coordinatorType: number): Promise<TransactionBroker> {
  const find = cluster.findGroupCoordinator.bind(cluster) as unknown as FindCoordinator;
  return find({ groupId, coordinatorType });
}

/** Partitions of several topics, as requests list them. */
export function partitionsByTopic(batches: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  return byTopic(batches).map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition }) => partition),
  }));
}

/** Offsets of several topics, as requests list them. */
export function offsetsByTopic({ offsets }: Progress): object[] {
  return byTopic(offsets).map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, nextOffset }) => ({ partition, offset: String(nextOffset) })),
  }));
}

/** Writes batches whose partitions one broker leads, in one request; the offset of the first record of each, in their order. */
export async function produce(
  broker: Broker,
  identity: ProducerIdentity,
  batches: readonly SequencedBatch[],
): Promise<readonly bigint[]> {
  const request = { ...identity, acks: ACKS_ALL, timeout: PRODUCE_TIMEOUT_MS, topicData: byTopic(batches) };
  const { topics } = await (broker as TransactionBroker).produce(request);
  return batches.map(({ topic, partition }) => {
    const answers = topics.find(({ topicName }) => topicName === topic)?.partitions;
    return BigInt(answers?.find((answer) => answer.partition === partition)?.baseOffset ?? -1);
  });
}
