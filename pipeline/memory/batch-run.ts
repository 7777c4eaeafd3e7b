import { partitionName, type Epoch } from '../kafka/epoch.ts';
import { reactionTo } from '../kafka/failure.ts';
import type { BatchContext, PartitionBatch } from '../ports/consumer.ts';
import { refused, type MemoryClient } from './client.ts';
import type { Group } from './group.ts';
import type { Cursor } from './start-offsets.ts';

/** One assignment of a member, and what it is asked with. */
export interface Membership {
  readonly client: MemoryClient;
  readonly group: Group;
  readonly generation: number;
  readonly epoch: Epoch;
  readonly cursors: ReadonlyMap<string, Cursor>;
  /** Where a partition goes on, or begins. */
  readonly startOf: (cursor: Cursor) => bigint;
  /** Hears of what goes wrong with commits nobody waits for. */
  readonly onFailure: (error: unknown) => void;
  readonly wake?: () => void;
}

/** One batch of one partition, and the handler's grip on it. */
export class BatchRun implements BatchContext {
  readonly #cursor: Cursor;
  readonly #membership: Membership;
  readonly #batch: PartitionBatch;

  constructor(batch: PartitionBatch, cursor: Cursor, membership: Membership) {
    this.#batch = batch;
    this.#cursor = cursor;
    this.#membership = membership;
  }

  get signal(): AbortSignal {
    return this.#membership.epoch.signal;
  }

  advance(nextOffset: bigint): void {
    if (!this.#isOurs || nextOffset <= this.#cursor.position) return;
    const last = this.#batch.records.at(-1)?.offset;
    // What follows the last record of the batch are transaction markers.
    const isAll = last !== undefined && nextOffset === last + 1n;
    this.#cursor.position = isAll ? this.#batch.nextOffset : nextOffset;
  }

  rewind(offset: bigint): void {
    if (!this.#isOurs) return;
    this.#cursor.position = offset;
    this.#membership.wake?.();
  }

  async commit(nextOffset: bigint): Promise<void> {
    this.advance(nextOffset);
    await commitOffset(this.#cursor, nextOffset, this.#membership);
  }

  commitSoon(nextOffset: bigint): void {
    this.advance(nextOffset);
    const cursor = this.#cursor;
    if (nextOffset > cursor.wanted) cursor.wanted = nextOffset;
    if (this.#isCommitDue) cursor.committing ??= this.#commitWanted().catch(this.#membership.onFailure);
  }

  async confirm(): Promise<boolean> {
    const { client, group, epoch, generation } = this.#membership;
    const { groupId } = group;
    try {
      await client.request({ api: 'heartbeat', groupId }, () => group.heartbeat(epoch.memberId, generation));
    } catch (error) {
      if (reactionTo(error) === 'rebalance') epoch.revoke();
      return false;
    }
    return !epoch.signal.aborted && this.#isOurs;
  }

  holds(): boolean {
    const { group, epoch, generation } = this.#membership;
    return this.#isOurs && group.holds(epoch.memberId, generation);
  }

  async committed(): Promise<bigint | null> {
    const { client, group, epoch, startOf } = this.#membership;
    if (epoch.signal.aborted) return null;
    const { topic, partition } = this.#cursor;
    const asked = { api: 'offsetFetch', groupId: group.groupId, topic, partition } as const;
    return client.asking(asked, () => startOf(this.#cursor), epoch.signal);
  }

  async backlogOf(topic: string): Promise<bigint> {
    const { client, cursors, epoch } = this.#membership;
    const { partition } = this.#cursor;
    const cursor = cursors.get(partitionName({ topic, partition }));
    if (!cursor || epoch.signal.aborted) return 0n;
    const end = await client.asking({ api: 'listOffsets', topic, partition }, () => cursor.log.stableEnd, epoch.signal);
    return end !== null && end > cursor.position ? end - cursor.position : 0n;
  }

  get #isOurs(): boolean {
    return this.#membership.epoch.owns(this.#cursor);
  }

  get #isCommitDue(): boolean {
    return this.#isOurs && this.#cursor.wanted > this.#cursor.committed;
  }

  async #commitWanted(): Promise<void> {
    const cursor = this.#cursor;
    try {
      while (this.#isCommitDue) {
        const { wanted } = cursor;
        await commitOffset(cursor, wanted, this.#membership);
        if (cursor.committed < wanted) return; // the work winds down
      }
    } finally {
      cursor.committing = null;
    }
  }
}

/** Commits where it is forward and the epoch is not over. @throws FatalError KAFKA_REFUSED */
export async function commitOffset(cursor: Cursor, nextOffset: bigint, membership: Membership): Promise<void> {
  const { client, group, generation, epoch } = membership;
  if (!epoch.owns(cursor) || nextOffset <= cursor.committed) return;
  await sendCommit(cursor, nextOffset, { client, group, generation, epoch });
}

/** Commits, whatever was committed before; what the group does not take is dropped. @throws FatalError KAFKA_REFUSED */
export async function sendCommit(
  cursor: Cursor,
  offset: bigint,
  { client, group, generation, epoch }: Pick<Membership, 'client' | 'group' | 'generation' | 'epoch'>,
): Promise<void> {
  const { topic, partition } = cursor;
  const { groupId } = group;
  const commit = (): boolean => {
    if (epoch.owns(cursor)) group.commit(epoch.memberId, generation, [{ topic, partition, offset, metadata: '' }]);
    return true;
  };
  try {
    const done = await client.asking({ api: 'offsetCommit', groupId, topic, partition }, commit, epoch.signal);
    if (done && offset > cursor.committed) cursor.committed = offset;
  } catch (error) {
    if (reactionTo(error) !== 'rebalance') throw refused(`commits for ${partitionName(cursor)}`, error);
    epoch.revoke();
  }
}
