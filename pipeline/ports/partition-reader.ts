import type { TopicPartition } from './consumer.ts';
import type { ConsumerRecord } from './record.ts';

/** What is read of one partition: up to the end it has when the reading begins. */
export interface PartitionReading {
  /** First offset there is, and the one after the last. */
  readonly low: bigint;
  readonly end: bigint;
  /** Records of decided transactions, batch by batch, from an offset or the beginning. */
  batches(from?: bigint): AsyncIterable<PartitionPiece>;
}

export interface PartitionPiece {
  readonly records: readonly ConsumerRecord[];
  readonly nextOffset: bigint;
}

/** Reads single partitions from one place to their end, without a group. Waits through outages. */
export interface PartitionReader {
  open(partition: TopicPartition, signal: AbortSignal): Promise<PartitionReading>;
  close(): Promise<void>;
}
