import { RetriableError } from '../errors/pipeline-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { Producer, TransactionalProducer, Written } from '../ports/producer.ts';
import type { ProducerRecord } from '../ports/record.ts';
import { AdminClient } from './admin-client.ts';
import type { ClientConnection } from './client.ts';
import { partitionForKey } from './murmur2.ts';
import { PartitionQueue, type WriteResult } from './partition-queue.ts';
import { produceError } from './produce-error.ts';
import { checkedRecords } from './record-check.ts';
import { Sender } from './sender.ts';
import { TopicDirectory } from './topic-directory.ts';
import { createTransactionalProducer } from './transactional-producer.ts';

/** Creates a producer; it connects on first use. */
export function createProducer(connection: ClientConnection, log: Logger): Producer {
  return new QueueingProducer(connection, log);
}

class QueueingProducer implements Producer {
  readonly #connection: ClientConnection;
  readonly #log: Logger;
  readonly #client: AdminClient;
  readonly #directory: TopicDirectory;
  readonly #sender: Sender;
  readonly #queues = new Map<string, PartitionQueue>();
  /** Settles when all calls of `send` up to now have their records in the queues: so calls keep their order. */
  #admission: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(connection: ClientConnection, log: Logger) {
    this.#connection = connection;
    this.#log = log;
    this.#client = new AdminClient(connection, log, { met: true });
    this.#directory = new TopicDirectory(this.#client);
    this.#sender = new Sender(connection, this.#directory, log);
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
    return (await this.#directory.of(topic)).partitions;
  }

  transactional(transactionalId: string): TransactionalProducer {
    const parts = { connection: this.#connection, directory: this.#directory, log: this.#log };
    return createTransactionalProducer(transactionalId, parts);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#sender.close();
    await this.#client.close();
  }

  /** Checks all records before any is sent, then queues them. The promises are wrapped, so that this does not await them. */
  async #admit(records: readonly ProducerRecord[]): Promise<{ written: Promise<WriteResult>[] }> {
    const byPartition = await checkedRecords(records, this.#directory);
    return { written: [...byPartition].map(([name, queued]) => this.#queueOf(name).add(queued)) };
  }

  #queueOf(name: string): PartitionQueue {
    let queue = this.#queues.get(name);
    if (!queue) this.#queues.set(name, (queue = new PartitionQueue(name, (records) => this.#sender.write(records))));
    return queue;
  }
}
