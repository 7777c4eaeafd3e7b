import type { Clock } from '../ports/clock.ts';
import type { TopicPartition } from '../ports/consumer.ts';
import { BrokerError } from './broker-error.ts';
import { Faults, type Fault } from './faults.ts';
import { Group } from './group.ts';
import type { SizedRecord } from './partition-log.ts';
import { Topics } from './topics.ts';
import { Transactions, type ProducerIdentity } from './transactions.ts';

const HOUR_MS = 3_600_000;
/** Turns of the event loop without a step, after which what is under way waits for the clock or for the outside. */
const STILL_TURNS = 8;

export interface MemoryBrokerOptions {
  readonly clock: Clock;
  /** Records further ahead of the clock are refused; default: an hour, as brokers do. */
  readonly timestampAheadMs?: number;
  /** No partition keeps more than about so many bytes, whatever its topic says. */
  readonly retentionBytes?: number;
  /**
   * From 0 to below 1: decides how long requests are on their way, how much a fetch brings and which partition comes
   * first. Without it a request takes no turn of the event loop, a fetch brings all it may, and partitions take turns.
   */
  readonly random?: () => number;
}

/**
 * A Kafka broker that is a value in memory: topics, groups and transactions of one process. It keeps no time and starts
 * nothing by itself. Records go by size alone: `retention.ms` is not looked at, and topics are compacted when asked to.
 */
export class MemoryBroker {
  readonly clock: Clock;
  readonly random: (() => number) | null;
  readonly topics = new Topics();
  readonly transactions = new Transactions();
  readonly faults = new Faults();
  readonly #groups = new Map<string, Group>();
  readonly #timestampAheadMs: number;
  readonly #retentionBytes: number;
  #underWay = 0;
  #steps = 0;
  #clients = 0;
  #waiting: (() => void)[] = [];

  constructor({ clock, timestampAheadMs = HOUR_MS, retentionBytes = Infinity, random }: MemoryBrokerOptions) {
    this.clock = clock;
    this.random = random ?? null;
    this.#timestampAheadMs = timestampAheadMs;
    this.#retentionBytes = retentionBytes;
  }

  /** Lets something go wrong; the function takes it back. */
  fault(fault: Fault): () => void {
    return this.faults.add(fault);
  }

  /** Makes all members of a group join it anew. */
  rebalance(groupId: string): void {
    this.group(groupId).rebalance();
  }

  /** Keeps the last record of each key in a topic, as the log cleaner would some time. */
  compact(topic: string): void {
    for (const log of this.topics.of(topic).logs) log.compact();
  }

  /** Resolves when nothing is under way and nothing is left to be fetched. Waits for handlers, whatever they wait for. */
  async idle(): Promise<void> {
    while ((await this.quiet()) !== 'idle') await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /**
   * Resolves when nothing moves any more: all is done (`idle`), or what is under way waits for the clock or for something
   * outside of the broker and its clients (`waiting`).
   */
  async quiet(): Promise<'idle' | 'waiting'> {
    let still = 0;
    for (let steps = this.#steps; still < (this.#underWay === 0 ? 1 : STILL_TURNS);) {
      await nextTurn();
      still = steps === this.#steps ? still + 1 : 0;
      steps = this.#steps;
    }
    return this.#underWay === 0 ? 'idle' : 'waiting';
  }

  /** Something begins (1), or has ended (-1 for each). */
  step(change: number): void {
    this.#underWay += change;
    this.#steps++;
    if (change >= 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** A number for each client, from 1 on. */
  nextClient(): number {
    return ++this.#clients;
  }

  group(groupId: string): Group {
    let group = this.#groups.get(groupId);
    if (!group) this.#groups.set(groupId, (group = new Group(groupId, (topic) => this.#partitionsOf(topic))));
    return group;
  }

  /** Groups with members that read a topic join anew, to see its new partitions or that it is gone. */
  topicChanged(topic: string): void {
    for (const group of this.#groups.values()) {
      if (!this.topics.has(topic)) group.forget(topic);
      if (group.members.some(({ topics }) => topics.includes(topic))) group.rebalance();
    }
  }

  /** Writes to one partition. Offset of the first record. @throws BrokerError where one of them is refused: then none is written. */
  append(partition: TopicPartition, records: readonly SizedRecord[], identity?: ProducerIdentity): bigint {
    const log = this.topics.log(partition);
    for (const queued of records) {
      const refusal = this.refusalOf(queued);
      if (refusal) throw refusal;
    }
    const first = identity ? this.transactions.append(identity, log, records) : log.append(records);
    const { settings } = this.topics.of(partition.topic);
    const kept = settings['cleanup.policy'] === 'compact' ? -1 : Number(settings['retention.bytes'] ?? -1);
    log.retain(Math.min(kept < 0 ? Infinity : kept, this.#retentionBytes));
    return first;
  }

  /** Why a record would be refused for good; null where it would not. @throws BrokerError where its topic is unknown. */
  refusalOf({ record, bytes }: SizedRecord): BrokerError | null {
    const { settings } = this.topics.of(record.topic);
    if (bytes > Number(settings['max.message.bytes'] ?? Infinity)) return new BrokerError('MESSAGE_TOO_LARGE');
    if (settings['cleanup.policy'] === 'compact' && record.key === null) return new BrokerError('INVALID_RECORD');
    const newestMs = this.clock.nowMs() + this.#timestampAheadMs;
    return record.timestampMs > newestMs ? new BrokerError('INVALID_TIMESTAMP') : null;
  }

  #partitionsOf(topic: string): readonly number[] {
    return this.topics.has(topic) ? this.topics.of(topic).logs.map((_, partition) => partition) : [];
  }
}

/** After all that is ready has run, microtasks included. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
