import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerOptions, TopicPartition } from '../ports/consumer.ts';
import type { Logger } from '../ports/logger.ts';
import type { ClientConnection } from './client.ts';
import { Liveness } from './liveness.ts';
import { SESSION_TIMEOUT_MS } from './epoch.ts';
import { GroupMember, REBALANCE_TIMEOUT_MS } from './member.ts';
import type { Start } from './start-offsets.ts';

const REBUILD_MS = 300;
const SILENCE_MS = 3_000;

/** Creates a member of a consumer group; it joins on `start`. */
export function createConsumer(connection: ClientConnection, options: ConsumerOptions, log: Logger): Consumer {
  const committed: Start = { from: 'committed', otherwise: options.startAt };
  const { resetTo } = options;
  // Only the first assignment is a start: later ones go on where this member or another one was.
  const startOf = (_: TopicPartition, first: boolean): Start =>
    resetTo !== undefined && first ? { from: 'log', place: resetTo, commit: true } : committed;
  return new GroupConsumer({ connection, options, log, startOf });
}

export interface GroupConsumerParts {
  readonly connection: ClientConnection;
  readonly options: ConsumerOptions;
  readonly log: Logger;
  /** Where a partition begins; `first` until all partitions of one assignment have begun. */
  readonly startOf: (partition: TopicPartition, first: boolean) => Start;
}

/** Keeps a member in the group: makes a new one whenever kafkajs gives up. */
export class GroupConsumer implements Consumer {
  readonly done: Promise<void>;
  readonly #parts: GroupConsumerParts;
  readonly #liveness: Liveness;
  readonly #ready: Promise<void>;
  #resolveReady!: () => void;
  #finish!: { resolve(): void; reject(error: unknown): void };
  #member: GroupMember | null = null;
  #epochs = 0;
  #begun = false;
  #started = false;
  #stopping = false;

  constructor(parts: GroupConsumerParts) {
    this.#parts = parts;
    this.#ready = new Promise((resolve) => (this.#resolveReady = resolve));
    this.done = new Promise((resolve, reject) => (this.#finish = { resolve, reject }));
    this.done.catch(() => undefined); // whoever cares awaits it; nobody has to
    this.#liveness = new Liveness(
      {
        awayAfterMs: SILENCE_MS + parts.options.maxWaitMs,
        stuckAfterMs: SESSION_TIMEOUT_MS + REBALANCE_TIMEOUT_MS,
      },
      { onAway: (away) => this.#tellAway(away), onStuck: () => this.#replaceStuck() },
    );
  }

  async start(): Promise<void> {
    if (!this.#started) {
      this.#started = true;
      this.#live().then(
        () => this.#finish.resolve(),
        (error: unknown) => this.#finish.reject(error),
      );
    }
    await Promise.race([this.#ready, this.done]);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (!this.#started) this.#finish.resolve();
    await this.#member?.leave();
    await this.done.catch(() => undefined); // a failure is told by `done`
  }

  async #live(): Promise<void> {
    this.#liveness.start();
    try {
      while (!this.#stopping) {
        this.#liveness.joining(false);
        this.#member = this.#createMember();
        const ending = await this.#member.run();
        if (ending === 'left') return;
        this.#parts.log.warn({ group: this.#parts.options.groupId }, 'the consumer is built anew after a failure');
        await this.#member.leave();
        await sleep(REBUILD_MS);
      }
    } finally {
      await this.#member?.leave();
      this.#liveness.stop();
    }
  }

  #createMember(): GroupMember {
    return new GroupMember({
      ...this.#parts,
      liveness: this.#liveness,
      startOf: (partition) => this.#parts.startOf(partition, !this.#begun),
      nextEpoch: () => ++this.#epochs,
      formerMemberId: this.#member?.memberId ?? null,
      onReady: () => {
        this.#begun = true;
        this.#resolveReady();
      },
    });
  }

  #tellAway(away: boolean): void {
    try {
      this.#parts.options.onBrokerAway?.(away);
    } catch (error) {
      this.#finish.reject(error);
      void this.stop();
    }
  }

  #replaceStuck(): void {
    this.#parts.log.warn(
      { group: this.#parts.options.groupId },
      'the consumer has been without a heartbeat for too long',
    );
    this.#member?.abandon();
  }
}
