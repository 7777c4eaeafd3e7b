import { RetriableError } from '../errors/pipeline-error.ts';
import type { Producer, TransactionalProducer, Written } from '../ports/producer.ts';
import type { ProducerRecord } from '../ports/record.ts';
import { partitionForKey } from './murmur2.ts';
import { PartitionQueue, type WriteResult } from './partition-queue.ts';
import { produceError } from './produce-error.ts';
import { checkedRecords } from './record-check.ts';
import type { TopicFactsReader } from './topic-directory.ts';

/** What a producer is made of. */
export interface ProducerParts {
  readonly directory: TopicFactsReader;
  /** Writes records of one partition; resolves with the offset of the first one. @throws RecordRefused */
  readonly write: (records: readonly ProducerRecord[]) => Promise<bigint>;
  readonly transactional: (transactionalId: string) => TransactionalProducer;
  readonly close: () => Promise<void>;
}

/** Checks records and writes those of each partition in order, as `send` promises. */
export class QueueingProducer implements Producer {
  readonly #parts: ProducerParts;
  readonly #queues = new Map<string, PartitionQueue>();
  /** Settles when all calls of `send` up to now have their records in the queues: so calls keep their order. */
  #admission: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(parts: ProducerParts) {
    this.#parts = parts;
  }

  async send(records: readonly ProducerRecord[]): Promise<Written> {
    if (this.#closed) throw new RetriableError('KAFKA_UNREACHABLE', 'the producer is closed; make a new one to send');
    const admitted = this.#admission.then(() => this.#admit(records));
    this.#admission = admitted.catch(() => undefined); // the caller has the error
    const results = await Promise.all((await admitted).written);
    const [first] = results.flatMap(({ failure }) => failure ?? []).sort((a, b) => a.index - b.index);
    if (first) throw produceError(first, records);
    return new Map(results.map(({ partition, nextOffset }) => [partition, nextOffset]));
  }

  async partitionFor(topic: string, key: Buffer | string): Promise<number> {
    return partitionForKey(key, await this.partitionsOf(topic));
  }

  async partitionsOf(topic: string): Promise<number> {
    return (await this.#parts.directory.of(topic)).partitions;
  }

  transactional(transactionalId: string): TransactionalProducer {
    return this.#parts.transactional(transactionalId);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#parts.close();
  }

  /** Checks all records before any is sent, then queues them. The promises are wrapped, so that this does not await them. */
  async #admit(records: readonly ProducerRecord[]): Promise<{ written: Promise<WriteResult>[] }> {
    const byPartition = await checkedRecords(records, this.#parts.directory);
    return { written: [...byPartition].map(([name, queued]) => this.#queueOf(name).add(queued)) };
  }

  #queueOf(name: string): PartitionQueue {
    let queue = this.#queues.get(name);
    if (!queue) this.#queues.set(name, (queue = new PartitionQueue(name, this.#parts.write)));
    return queue;
  }
}
