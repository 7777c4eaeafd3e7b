import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'kafkajs';
import type { LogPlace, ConsumerOptions, TopicPartition } from '../ports/consumer.ts';
import type { Logger } from '../ports/logger.ts';
import { partitionName, type Epoch } from './epoch.ts';
import { reactionTo } from './failure.ts';
import { offsetsAt } from './offsets.ts';
import { commitStarts, resolveStarts, type Cursor, type Start } from './start-offsets.ts';

const RETRY_MS = 250;

export interface AssignmentParts {
  readonly epoch: Epoch;
  readonly cluster: Cluster;
  readonly groupId: string;
  readonly startOf: (partition: TopicPartition) => Start;
  readonly onLost: NonNullable<ConsumerOptions['onLost']>;
  readonly log: Logger;
}

/** How far each partition of an epoch is read, and what the broker is asked to know it. */
export class Assignment {
  readonly epoch: Epoch;
  /** Settles when it is known where each partition begins. */
  readonly ready: Promise<void>;
  /** Settles when no commit of a beginning is under way: other commits must not be overtaken by it. */
  startCommitted: Promise<void> = Promise.resolve();
  readonly #parts: AssignmentParts;
  #cursors: ReadonlyMap<string, Cursor> = new Map();
  #committingStart = false;

  constructor(parts: AssignmentParts) {
    this.#parts = parts;
    this.epoch = parts.epoch;
    this.ready = this.#resolveStarts();
  }

  /** Partitions that begin before the place kafkajs would fetch from. */
  get rewound(): readonly Cursor[] {
    return [...this.#cursors.values()].filter(({ rewound }) => rewound);
  }

  /** The cursor of a partition; undefined where the epoch wound down before it was known. */
  async cursorOf(partition: TopicPartition): Promise<Cursor | undefined> {
    await this.ready;
    return this.#cursors.get(partitionName(partition));
  }

  /** Reports records that were deleted before they were read, if there are any, and moves the cursor past them. */
  async settleLoss(cursor: Cursor): Promise<void> {
    const low = await this.#ask(cursor, 'earliest');
    if (low === null || low <= cursor.position || !this.epoch.owns(cursor)) return;
    const from = cursor.position;
    cursor.position = low;
    cursor.handledTo = low;
    this.#reportLoss(cursor, from);
  }

  /** End of a partition; null where the epoch winds down first. */
  endOf(partition: TopicPartition): Promise<bigint | null> {
    return this.#ask(partition, 'latest');
  }

  /** What the group has committed for a partition, or where it begins; null where the epoch winds down first. */
  async committedOf(partition: TopicPartition): Promise<bigint | null> {
    const { cluster, groupId, startOf } = this.#parts;
    const starts = [{ ...partition, start: startOf(partition) }];
    const found = await this.#untilAnswered(() => resolveStarts(cluster, groupId, starts));
    return found?.get(partitionName(partition))?.position ?? null;
  }

  /** Records of a partition that were not handed out yet; 0 where it is not ours. */
  async backlogOf(partition: TopicPartition): Promise<bigint> {
    const cursor = await this.cursorOf(partition);
    const end = cursor && (await this.endOf(partition));
    return cursor && end != null && end > cursor.position ? end - cursor.position : 0n;
  }

  /** Resolves when nothing that shall be committed is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#cursors.values()].flatMap(({ committing }) => committing ?? []));
  }

  /** kafkajs went past offsets that hold no records of ours. */
  async stepOver(partition: TopicPartition, nextOffset: bigint): Promise<void> {
    const cursor = await this.cursorOf(partition);
    if (cursor && this.epoch.owns(partition) && nextOffset > cursor.position) cursor.position = nextOffset;
  }

  /** Commits beginnings that are still to be committed, under the generation that a heartbeat has just confirmed. */
  async commitStarts(generation: number): Promise<void> {
    const due = [...this.#cursors.values()].filter(({ commitStart }) => commitStart);
    if (due.length === 0 || this.#committingStart || this.epoch.over) return;
    this.#committingStart = true;
    const { cluster, groupId, epoch } = this.#parts;
    const commit = commitStarts(due, cluster, { groupId, memberId: epoch.memberId, generation });
    this.startCommitted = commit
      .catch((error: unknown) => this.#note('the beginning could not be committed, trying again', error))
      .finally(() => (this.#committingStart = false));
    await this.startCommitted;
  }

  async #resolveStarts(): Promise<void> {
    const { cluster, groupId, startOf } = this.#parts;
    const starts = this.epoch.partitions.map((partition) => ({ ...partition, start: startOf(partition) }));
    this.#cursors = (await this.#untilAnswered(() => resolveStarts(cluster, groupId, starts))) ?? new Map();
    for (const cursor of this.#cursors.values())
      if (cursor.lostFrom !== null) this.#reportLoss(cursor, cursor.lostFrom);
  }

  async #ask(partition: TopicPartition, place: LogPlace): Promise<bigint | null> {
    const offsets = await this.#untilAnswered(() => offsetsAt(this.#parts.cluster, [partition], place));
    return offsets?.get(partitionName(partition)) ?? null;
  }

  /** Asks until a broker answers; null when the epoch winds down first. */
  async #untilAnswered<T>(ask: () => Promise<T>): Promise<T | null> {
    while (!this.epoch.signal.aborted) {
      try {
        return await ask();
      } catch (error) {
        if (reactionTo(error) === 'refused') throw error;
        this.#note('the broker did not tell offsets, asking again', error);
        await sleep(RETRY_MS);
      }
    }
    return null;
  }

  #reportLoss({ topic, partition, position }: Cursor, fromOffset: bigint): void {
    const count = position - fromOffset;
    this.#parts.onLost({ topic, partition, count, fromOffset, toOffset: position });
  }

  #note(what: string, error: unknown): void {
    this.#parts.log.debug({ group: this.#parts.groupId, error }, what);
  }
}
