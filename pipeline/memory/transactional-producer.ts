import { produceError } from '../kafka/produce-error.ts';
import { checkedRecords } from '../kafka/record-check.ts';
import type { QueuedRecord, RecordRefused } from '../kafka/partition-queue.ts';
import { refusedRecord } from '../kafka/refused-record.ts';
import type { TopicFactsReader } from '../kafka/topic-directory.ts';
import { isTransactionRefusal, transactionLost, transactionRefused } from '../kafka/transaction-failure.ts';
import type { Progress, TransactionalProducer, Written } from '../ports/producer.ts';
import type { ProducerRecord } from '../ports/record.ts';
import type { MemoryClient } from './client.ts';
import type { ProducerIdentity } from './transactions.ts';

/** A producer of transactions in memory; request by request, so that each of them can go wrong. */
export class MemoryTransactionalProducer implements TransactionalProducer {
  readonly #transactionalId: string;
  readonly #client: MemoryClient;
  readonly #directory: TopicFactsReader;
  #identity: ProducerIdentity | null = null;

  constructor(transactionalId: string, client: MemoryClient, directory: TopicFactsReader) {
    this.#transactionalId = transactionalId;
    this.#client = client;
    this.#directory = directory;
  }

  async begin(signal: AbortSignal): Promise<void> {
    const transactionalId = this.#transactionalId;
    const { broker } = this.#client;
    this.#identity = null;
    if (signal.aborted) return;
    try {
      const take = (): ProducerIdentity => broker.transactions.begin(transactionalId);
      this.#identity = await this.#client.asking({ api: 'initProducerId', transactionalId }, take, signal);
    } catch (error) {
      throw transactionRefused(transactionalId, error);
    }
  }

  async commit(records: readonly ProducerRecord[], progress?: Progress): Promise<Written> {
    const byPartition = await checkedRecords(records, this.#directory);
    const identity = this.#identity;
    if (!identity) throw transactionLost(this.#transactionalId, new Error('no transaction was begun'));
    const refused = new Map([...byPartition.values()].flat().flatMap((queued) => this.#refusalOf(queued)));
    const written = new Map<string, bigint>();
    try {
      for (const [name, queued] of byPartition) {
        const taken = queued.filter(({ index }) => !refused.has(index));
        if (taken.length > 0) written.set(name, await this.#append(identity, taken));
      }
      if (refused.size === 0 && progress) await this.#addOffsets(identity, progress);
      await this.#end(identity, refused.size === 0);
    } catch (error) {
      throw this.#failed(error);
    }
    for (const [index, error] of [...refused].sort(([a], [b]) => a - b)) throw produceError({ error, index }, records);
    return written;
  }

  async close(): Promise<void> {
    this.#identity = null;
  }

  /** Index and refusal of a record that its topic never takes. */
  #refusalOf(queued: QueuedRecord): [number, RecordRefused][] {
    const refusal = this.#client.broker.refusalOf(queued);
    const error = refusal && refusedRecord(refusal, queued.record.topic);
    return error ? [[queued.index, error]] : [];
  }

  async #append(identity: ProducerIdentity, records: readonly QueuedRecord[]): Promise<bigint> {
    const { broker } = this.#client;
    const { topic, partition } = records[0]?.record ?? { topic: '', partition: 0 };
    const asked = { api: 'produce', topic, partition, transactionalId: identity.transactionalId } as const;
    const first = await this.#client.request(asked, () => broker.append({ topic, partition }, records, identity));
    return first + BigInt(records.length);
  }

  async #addOffsets(identity: ProducerIdentity, { groupId, offsets }: Progress): Promise<void> {
    const { broker } = this.#client;
    const { transactionalId } = identity;
    const read = offsets.map(({ topic, partition, nextOffset: offset }) => ({
      topic,
      partition,
      offset,
      metadata: '',
    }));
    await this.#client.request({ api: 'txnOffsetCommit', transactionalId, groupId }, () =>
      broker.transactions.addOffsets(identity, broker.group(groupId), read),
    );
  }

  async #end(identity: ProducerIdentity, commit: boolean): Promise<void> {
    const { transactions } = this.#client.broker;
    const { transactionalId } = identity;
    await this.#client.request({ api: 'endTxn', transactionalId }, () => transactions.end(identity, commit));
  }

  #failed(error: unknown): unknown {
    this.#identity = null;
    if (isTransactionRefusal(error)) return transactionRefused(this.#transactionalId, error);
    return transactionLost(this.#transactionalId, error);
  }
}
