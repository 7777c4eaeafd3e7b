import { RetriableError, UserError, messageOf } from '../errors/pipeline-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { Producer } from '../ports/producer.ts';
import type { ProducerRecord } from '../ports/record.ts';
import { AdminClient } from './admin-client.ts';
import type { ClientConnection } from './client.ts';
import { partitionName } from './epoch.ts';
import { partitionForKey } from './murmur2.ts';
import { PartitionQueue, RecordRefused, type QueuedRecord, type WriteFailure } from './partition-queue.ts';
import { ProduceError } from './produce-error.ts';
import { BATCH_OVERHEAD_BYTES, recordBytes } from './record-size.ts';
import { Sender } from './sender.ts';
import { TopicDirectory, type TopicFacts } from './topic-directory.ts';

/** Creates a producer; it connects on first use. */
export function createProducer(connection: ClientConnection, log: Logger): Producer {
  return new QueueingProducer(connection, log);
}

class QueueingProducer implements Producer {
  readonly #client: AdminClient;
  readonly #directory: TopicDirectory;
  readonly #sender: Sender;
  readonly #queues = new Map<string, PartitionQueue>();
  /** Settles when all calls of `send` up to now have their records in the queues: so calls keep their order. */
  #admission: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(connection: ClientConnection, log: Logger) {
    this.#client = new AdminClient(connection, log, { met: true });
    this.#directory = new TopicDirectory(this.#client);
    this.#sender = new Sender(connection, this.#directory, log);
  }

  async send(records: readonly ProducerRecord[]): Promise<void> {
    if (this.#closed) throw new RetriableError('KAFKA_UNREACHABLE', 'the producer is closed; make a new one to send');
    const admitted = this.#admission.then(() => this.#admit(records));
    this.#admission = admitted.catch(() => undefined); // the caller has the error
    const failures = (await Promise.all((await admitted).written)).filter((failure) => failure !== null);
    const [first] = failures.sort((a, b) => a.index - b.index);
    if (first) throw produceError(first, records);
  }

  async partitionFor(topic: string, key: Buffer | string): Promise<number> {
    return partitionForKey(key, await this.partitionsOf(topic));
  }

  async partitionsOf(topic: string): Promise<number> {
    return (await this.#directory.of(topic)).partitions;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#sender.close();
    await this.#client.close();
  }

  /** Checks all records before any is sent, then queues them. The promises are wrapped, so that this does not await them. */
  async #admit(records: readonly ProducerRecord[]): Promise<{ written: Promise<WriteFailure | null>[] }> {
    const byPartition = new Map<string, QueuedRecord[]>();
    for (const [index, record] of records.entries()) {
      const facts = this.#directory.known(record.topic) ?? (await this.#factsFor(record, index));
      const bytes = BATCH_OVERHEAD_BYTES + recordBytes(record);
      if (faultOf(record, bytes, facts)) await this.#throwIfUnwritable(record, bytes, index);
      const name = partitionName(record);
      const queued = byPartition.get(name);
      const entry = { record, index, bytes, limit: facts.maxMessageBytes };
      if (queued) queued.push(entry);
      else byPartition.set(name, [entry]);
    }
    return { written: [...byPartition].map(([name, queued]) => this.#queueOf(name).add(queued)) };
  }

  #queueOf(name: string): PartitionQueue {
    let queue = this.#queues.get(name);
    if (!queue) this.#queues.set(name, (queue = new PartitionQueue((records) => this.#sender.write(records))));
    return queue;
  }

  async #factsFor({ topic, partition }: ProducerRecord, record: number): Promise<TopicFacts> {
    try {
      return await this.#directory.of(topic);
    } catch (cause) {
      if (!(cause instanceof UserError)) throw cause;
      throw new ProduceError(cause.code, cause.message, { record, where: { topic, partition }, cause });
    }
  }

  /** What is known may be old: before a record is refused, the broker is asked once more. */
  async #throwIfUnwritable(record: ProducerRecord, bytes: number, index: number): Promise<void> {
    const { topic, partition } = record;
    const fault = faultOf(record, bytes, await this.#directory.read(topic));
    if (fault) throw new ProduceError(fault.code, fault.message, { record: index, where: { topic, partition } });
  }
}

interface Fault {
  readonly code: 'PARTITION_UNKNOWN' | 'RECORD_TOO_LARGE';
  readonly message: string;
}

function faultOf({ topic, partition }: ProducerRecord, bytes: number, facts: TopicFacts): Fault | null {
  const { partitions, maxMessageBytes } = facts;
  if (!(partition >= 0 && partition < partitions)) {
    const message = `a record is for ${topic}-${partition}, but the topic has ${partitions} partitions; choose one of them`;
    return { code: 'PARTITION_UNKNOWN', message };
  }
  if (bytes <= maxMessageBytes) return null;
  const message =
    `a record of ${bytes} bytes for ${topic}-${partition} is larger than the topic takes (${maxMessageBytes}); ` +
    'raise its maxMessageBytes or make the record smaller';
  return { code: 'RECORD_TOO_LARGE', message };
}

function produceError({ error, index }: WriteFailure, records: readonly ProducerRecord[]): unknown {
  const record = records[index];
  if (!(error instanceof RecordRefused) || !record) return error;
  const { topic, partition } = record;
  const message = `record ${index} for ${topic}-${partition} can never be written: ${messageOf(error)}`;
  return new ProduceError(error.code, message, { record: index, where: { topic, partition }, cause: error.cause });
}
