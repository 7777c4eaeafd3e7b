import type { TopicPartition } from './consumer.ts';
import type { ProducerRecord } from './record.ts';

/** By `topic-partition`: the offset after the last record that was written there. */
export type Written = ReadonlyMap<string, bigint>;

/** Writes records: one send for each partition, one outstanding at a time, acknowledged by all in-sync replicas. */
export interface Producer {
  /**
   * Resolves when every record is acknowledged, in order for each partition. Waits through broker outages.
   * @throws ProduceError naming the record that can never be written (too large, unknown topic); then nothing tells
   * which of the others were written: at-least-once callers send them again.
   */
  send(records: readonly ProducerRecord[]): Promise<Written>;
  /** Partition for a key, as Kafka's default partitioner (murmur2) chooses; needs the topic's partition count. */
  partitionFor(topic: string, key: Buffer | string): Promise<number>;
  partitionsOf(topic: string): Promise<number>;
  /** A producer of transactions under this id; it is closed by itself, before this one. */
  transactional(transactionalId: string): TransactionalProducer;
  close(): Promise<void>;
}

/** How far a group has come, as it is committed with what was made of the records. */
export interface Progress {
  readonly groupId: string;
  /** Offset of the next record to read, for each partition. */
  readonly offsets: readonly (TopicPartition & { readonly nextOffset: bigint })[];
}

/** Writes records, and the progress of a group where there is one, together or not at all. One call at a time. */
export interface TransactionalProducer {
  /**
   * Takes the transactional id over: whatever its former owner left undecided is decided, and he can write no more. What
   * the group has committed is to be read after this, not before. Waits through broker outages until `signal` aborts.
   * @throws FatalError where the broker refuses transactions to this client.
   */
  begin(signal: AbortSignal): Promise<void>;
  /**
   * One transaction.
   * @throws ProduceError naming the record that can never be written: nothing was written, and the producer goes on;
   * TransactionLost where it is unknown whether it was written, or another one has taken over: `begin` again.
   */
  commit(records: readonly ProducerRecord[], progress?: Progress): Promise<Written>;
  close(): Promise<void>;
}
