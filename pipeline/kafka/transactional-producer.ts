import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'kafkajs';
import type { PipelineError } from '../errors/pipeline-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { Progress, TransactionalProducer, Written } from '../ports/producer.ts';
import type { ProducerRecord } from '../ports/record.ts';
import { createClient, openCluster, type ClientConnection } from './client.ts';
import { errorTypeOf } from './failure.ts';
import { RecordRefused, type QueuedRecord } from './partition-queue.ts';
import { produceError } from './produce-error.ts';
import { checkedRecords } from './record-check.ts';
import type { TopicDirectory } from './topic-directory.ts';
import { RefusedAt, Transaction, type TransactionLife } from './transaction.ts';
import { isTransactionRefusal, transactionLost, transactionRefused } from './transaction-failure.ts';
import { transactionCoordinator } from './transaction-requests.ts';

/** An open transaction hides what follows it from readers: the broker ends it after so long. */
export const TRANSACTION_TIMEOUT_MS = 15_000;
const RETRY_MS = 100;
/** While what the former owner began is being ended. */
const UNDECIDED_MS = 20;
/** Short tries: whoever commits begins anew after each failure. */
const RETRY = { retries: 8, initialRetryTime: 20, maxRetryTime: 250, factor: 0, multiplier: 1.5 };

interface Parts {
  readonly connection: ClientConnection;
  readonly directory: TopicDirectory;
  readonly log: Logger;
}

/** Creates a transactional producer; it connects at its first `begin`. */
export function createTransactionalProducer(transactionalId: string, parts: Parts): TransactionalProducer {
  return new KafkaTransactionalProducer(transactionalId, parts);
}

class KafkaTransactionalProducer implements TransactionalProducer {
  readonly #transactionalId: string;
  readonly #parts: Parts;
  #cluster: Cluster | null = null;
  #life: TransactionLife | null = null;
  #oneByOne = false;

  constructor(transactionalId: string, parts: Parts) {
    this.#transactionalId = transactionalId;
    this.#parts = parts;
  }

  async begin(signal: AbortSignal): Promise<void> {
    this.#life = null;
    while (!signal.aborted) {
      try {
        this.#life = await this.#takeOver();
        return;
      } catch (error) {
        if (isTransactionRefusal(error)) throw transactionRefused(this.#transactionalId, error);
        this.#note('the transactional id is not ours yet, asking again', error);
        const undecided = errorTypeOf(error) === 'CONCURRENT_TRANSACTIONS';
        if (!undecided) await this.#disconnect();
        await sleep(undecided ? UNDECIDED_MS : RETRY_MS);
      }
    }
  }

  async commit(records: readonly ProducerRecord[], progress?: Progress): Promise<Written> {
    const byPartition = await checkedRecords(records, this.#parts.directory);
    const life = this.#life;
    if (!life) throw transactionLost(this.#transactionalId, new Error('no transaction was begun'));
    const transaction = new Transaction(life);
    try {
      const written = await this.#write(transaction, [...byPartition.values()], progress);
      await transaction.end(true);
      this.#oneByOne = false;
      return written;
    } catch (error) {
      if (!(error instanceof RefusedAt)) throw this.#failed(error);
      await transaction.end(false).catch((cause: unknown) => {
        throw this.#failed(cause);
      });
      throw produceError({ error, index: error.index }, records);
    }
  }

  async close(): Promise<void> {
    await this.#disconnect();
  }

  async #write(
    transaction: Transaction,
    partitions: readonly (readonly QueuedRecord[])[],
    progress: Progress | undefined,
  ): Promise<Written> {
    // The offsets first: the broker gathers commits for some milliseconds, in which the records are written.
    if (progress) await transaction.addGroup(progress);
    const committing = progress && transaction.commitOffsets(progress);
    const writing = this.#writeRecords(transaction, partitions);
    // Both are to be settled before the end: what came after it would belong to no transaction.
    await Promise.allSettled([writing, committing]).then(throwFirst);
    return writing;
  }

  async #writeRecords(transaction: Transaction, partitions: readonly (readonly QueuedRecord[])[]): Promise<Written> {
    await transaction.addPartitions(partitions.flatMap(([first]) => first?.record ?? []));
    return this.#oneByOne ? transaction.writeOneByOne(partitions) : transaction.write(partitions);
  }

  /** What is to be told of a failure after which nobody knows what the broker has. */
  #failed(error: unknown): PipelineError {
    this.#life = null;
    // The broker refuses a request as a whole: the next transaction finds out which record it is.
    if (error instanceof RecordRefused) this.#oneByOne = true;
    else void this.#disconnect(); // its view of the cluster may be what is wrong
    return !(error instanceof RecordRefused) && isTransactionRefusal(error)
      ? transactionRefused(this.#transactionalId, error)
      : transactionLost(this.#transactionalId, error);
  }

  async #takeOver(): Promise<TransactionLife> {
    const cluster = await this.#connected();
    const coordinator = await transactionCoordinator(cluster, this.#transactionalId);
    const { producerId, producerEpoch } = await coordinator.initProducerId({
      transactionalId: this.#transactionalId,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
    });
    const identity = { transactionalId: this.#transactionalId, producerId, producerEpoch };
    return { cluster, identity, coordinator, groupCoordinators: new Map(), sequences: new Map() };
  }

  async #connected(): Promise<Cluster> {
    const { connection, log } = this.#parts;
    this.#cluster ??= openCluster(createClient(connection, { log, retry: RETRY }));
    if (!this.#cluster.isConnected()) await this.#cluster.connect();
    return this.#cluster;
  }

  async #disconnect(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = null;
    await cluster?.disconnect().catch((error: unknown) => this.#note('disconnecting failed', error));
  }

  #note(what: string, error: unknown): void {
    this.#parts.log.debug({ transactionalId: this.#transactionalId, error }, what);
  }
}

function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
