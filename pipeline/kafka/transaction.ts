import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'kafkajs';
import type { TopicPartition } from '../ports/consumer.ts';
import type { Progress, Written } from '../ports/producer.ts';
import { partitionName } from './epoch.ts';
import { errorTypeOf } from './failure.ts';
import { RecordRefused, batchLength, type QueuedRecord } from './partition-queue.ts';
import { refusedRecord } from './refused-record.ts';
import { messageOfRecord } from './sender.ts';
import {
  groupCoordinator,
  offsetsByTopic,
  partitionsByTopic,
  produce,
  type ProducerIdentity,
  type SequencedBatch,
  type TransactionBroker,
} from './transaction-requests.ts';

const SEQUENCES = 2 ** 31;
const FIRST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 100;
const DEADLINE_MS = 10_000;
/** The markers of the transaction before are still being written, or a coordinator is only starting. */
const SOON = new Set(['CONCURRENT_TRANSACTIONS', 'GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE']);

/** What the transactions of one owner have in common, from its taking over to its first failure. */
export interface TransactionLife {
  readonly cluster: Cluster;
  readonly identity: ProducerIdentity;
  readonly coordinator: TransactionBroker;
  /** Those that were asked before. */
  readonly groupCoordinators: Map<string, TransactionBroker>;
  /** Next sequence number by partition, of what the broker has acknowledged. */
  readonly sequences: Map<string, number>;
}

/** A record that was refused alone in its batch: it is known which one. */
export class RefusedAt extends RecordRefused {
  readonly index: number;

  constructor({ code, message, cause }: RecordRefused, index: number) {
    super(code, message, cause);
    this.index = index;
  }
}

/** One transaction, request by request: add the group and the partitions; commit offsets and write; end. */
export class Transaction {
  readonly #life: TransactionLife;

  constructor(life: TransactionLife) {
    this.#life = life;
  }

  /** Tells the coordinator which group takes part. It takes one such request of a transaction at a time. */
  async addGroup({ groupId }: Progress): Promise<void> {
    const { identity, coordinator } = this.#life;
    await asking(() => coordinator.addOffsetsToTxn({ ...identity, groupId }));
  }

  /** Tells the coordinator which partitions take part. */
  async addPartitions(partitions: readonly TopicPartition[]): Promise<void> {
    const { identity, coordinator } = this.#life;
    const topics = partitionsByTopic(partitions);
    if (topics.length > 0) await asking(() => coordinator.addPartitionsToTxn({ ...identity, topics }));
  }

  /** Writes the records of all partitions, as many requests after each other as the fullest one takes batches. */
  async write(partitions: readonly (readonly QueuedRecord[])[]): Promise<Written> {
    const written = new Map<string, bigint>();
    const rests = partitions.map((records) => ({ records, start: 0 }));
    for (let open = rests; open.length > 0; open = open.filter(({ records, start }) => start < records.length)) {
      const batches = open.map((rest) => {
        const end = rest.start + batchLength(rest.records, rest.start);
        const records = rest.records.slice(rest.start, end);
        rest.start = end;
        return records;
      });
      await this.#writeBatches(batches, written);
    }
    return written;
  }

  /** The same, each record in a request of its own. @throws RefusedAt */
  async writeOneByOne(partitions: readonly (readonly QueuedRecord[])[]): Promise<Written> {
    const written = new Map<string, bigint>();
    for (const record of partitions.flat()) await this.#writeBatches([[record]], written);
    return written;
  }

  async commitOffsets(progress: Progress): Promise<void> {
    const { cluster, identity, groupCoordinators } = this.#life;
    const { groupId } = progress;
    const coordinator = groupCoordinators.get(groupId) ?? (await groupCoordinator(cluster, groupId));
    groupCoordinators.set(groupId, coordinator);
    const request = { ...identity, groupId, topics: offsetsByTopic(progress) };
    await asking(() => coordinator.txnOffsetCommit(request));
  }

  async end(commit: boolean): Promise<void> {
    const { identity, coordinator } = this.#life;
    await asking(() => coordinator.endTxn({ ...identity, transactionResult: commit }));
  }

  async #writeBatches(batches: readonly (readonly QueuedRecord[])[], written: Map<string, bigint>): Promise<void> {
    const { cluster, identity } = this.#life;
    await cluster.addMultipleTargetTopics([...new Set(batches.flatMap(([first]) => first?.record.topic ?? []))]);
    const byLeader = new Map<string, (readonly QueuedRecord[])[]>();
    for (const batch of batches) {
      const leader = leaderOf(cluster, batch);
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), batch]);
    }
    await Promise.all(
      [...byLeader].map(async ([nodeId, led]) => {
        const broker = await cluster.findBroker({ nodeId });
        const sequenced = led.map((batch) => this.#sequenced(batch));
        const offsets = await produce(broker, identity, sequenced).catch((error: unknown) => {
          throw namedFailure(error, led);
        });
        for (const [index, { topic, partition, messages, firstSequence }] of sequenced.entries()) {
          const name = partitionName({ topic, partition });
          written.set(name, (offsets[index] ?? -1n) + BigInt(messages.length));
          this.#life.sequences.set(name, (firstSequence + messages.length) % SEQUENCES);
        }
      }),
    );
  }

  #sequenced(batch: readonly QueuedRecord[]): SequencedBatch {
    const { topic, partition } = firstOf(batch);
    const firstSequence = this.#life.sequences.get(partitionName({ topic, partition })) ?? 0;
    return { topic, partition, firstSequence, messages: batch.map(({ record }) => messageOfRecord(record)) };
  }
}

/** Asks again while the coordinator is not ready; nothing has happened then. */
async function asking(ask: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!SOON.has(errorTypeOf(error) ?? '') || performance.now() > deadline) throw error;
      await sleep(waitMs);
    }
  }
}

function firstOf(batch: readonly QueuedRecord[]): TopicPartition {
  const [first] = batch;
  if (!first) throw new RangeError('a batch has no records; this is a bug, please report it');
  return first.record;
}

function leaderOf(cluster: Cluster, batch: readonly QueuedRecord[]): string {
  const { topic, partition } = firstOf(batch);
  const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (leader === undefined) throw new Error(`${topic}-${partition} has no leader at the moment`);
  return leader;
}

/** Refusals of records, with the record where it was alone; anything else as it is. */
function namedFailure(error: unknown, batches: readonly (readonly QueuedRecord[])[]): unknown {
  const [only, ...others] = batches.flat();
  const refusal = only && refusedRecord(error, only.record.topic);
  if (!refusal) return error;
  return others.length === 0 ? new RefusedAt(refusal, only.index) : refusal;
}
