import type { ProducerRecord } from './record.ts';

/** Writes records: one send for each partition, one outstanding at a time, acknowledged by all in-sync replicas. */
export interface Producer {
  /**
   * Resolves when every record is acknowledged, in order for each partition. Waits through broker outages.
   * @throws ProduceError naming the record that can never be written (too large, unknown topic); then nothing tells
   * which of the others were written: at-least-once callers send them again.
   */
  send(records: readonly ProducerRecord[]): Promise<void>;
  /** Partition for a key, as Kafka's default partitioner (murmur2) chooses; needs the topic's partition count. */
  partitionFor(topic: string, key: Buffer | string): Promise<number>;
  partitionsOf(topic: string): Promise<number>;
  close(): Promise<void>;
}
