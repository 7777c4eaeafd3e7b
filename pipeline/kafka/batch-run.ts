import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, EachBatchPayload } from 'kafkajs';
import { FatalError, messageOf } from '../errors/pipeline-error.ts';
import type { BatchContext, PartitionBatch, TopicPartition } from '../ports/consumer.ts';
import type { Assignment } from './assignment.ts';
import { recordsOf } from './batch-records.ts';
import type { Epoch } from './epoch.ts';
import { errorTypeOf, reactionTo } from './failure.ts';
import type { Cursor } from './start-offsets.ts';

const RETRY_MS = 200;
const GRACE_MS = 3_000;
const COORDINATOR_MOVED_MS = 5_000;

/** What a batch is handled with. */
export interface BatchRunParts {
  readonly payload: EachBatchPayload;
  readonly epoch: Epoch;
  readonly cursor: Cursor;
  readonly assignment: Pick<Assignment, 'settleLoss' | 'endOf' | 'startCommitted' | 'committedOf' | 'backlogOf'>;
  /** Makes kafkajs fetch from an offset. */
  readonly seek: (offset: bigint) => void;
  /** Hears of what goes wrong with commits nobody waits for. */
  readonly onFailure: (error: unknown) => void;
}

/** kafkajs has it, its types do not. */
type FetchedBatch = Batch & { readonly fetchedOffset: string };

/** One fetched batch of one partition, and the handler's grip on it. */
export class BatchRun implements BatchContext {
  readonly #parts: BatchRunParts;
  readonly #partition: TopicPartition;
  readonly #lastRecordOffset: bigint;
  readonly #nextOffset: bigint;
  /** Commits in a row that went to a broker that is not the coordinator. */
  #misdirected = 0;

  constructor(parts: BatchRunParts) {
    const { batch } = parts.payload;
    this.#parts = parts;
    this.#partition = { topic: batch.topic, partition: batch.partition };
    this.#lastRecordOffset = BigInt(batch.messages.at(-1)?.offset ?? -1);
    this.#nextOffset = BigInt(batch.lastOffset()) + 1n;
  }

  get signal(): AbortSignal {
    return this.#parts.epoch.signal;
  }

  /** The batch from the cursor on, or null where nothing of it is to be handled. */
  async open(): Promise<PartitionBatch | null> {
    const { payload, cursor, epoch, assignment } = this.#parts;
    const batch = payload.batch as FetchedBatch;
    const fetchedOffset = BigInt(batch.fetchedOffset);
    if (fetchedOffset > cursor.position) await assignment.settleLoss(cursor);
    if (cursor.rewound && fetchedOffset > cursor.position) return this.#rewindAgain();
    cursor.rewound = false;
    // kafkajs steps over transaction markers by itself.
    if (fetchedOffset > cursor.position) cursor.position = fetchedOffset;
    if (BigInt(batch.highWatermark) < cursor.position) await this.#restartIfLogIsNew(fetchedOffset);
    if (epoch.signal.aborted) return null;
    const records = recordsOf(batch, cursor.position);
    if (records.length > 0) {
      const highWatermark = BigInt(batch.highWatermark);
      return {
        ...this.#partition,
        records,
        fetchedOffset: cursor.handledTo,
        nextOffset: this.#nextOffset,
        highWatermark,
      };
    }
    this.#resolve(cursor.position);
    return null;
  }

  advance(nextOffset: bigint): void {
    const { cursor, epoch } = this.#parts;
    if (!epoch.owns(this.#partition)) return;
    if (nextOffset > cursor.handledTo) cursor.handledTo = nextOffset;
    if (nextOffset <= cursor.position) return;
    // What follows the last record of the batch are transaction markers: kafkajs fetches after them.
    cursor.position = nextOffset === this.#lastRecordOffset + 1n ? this.#nextOffset : nextOffset;
    this.#resolve(cursor.position);
  }

  async commit(nextOffset: bigint): Promise<void> {
    this.advance(nextOffset);
    const { cursor, epoch } = this.#parts;
    await this.#parts.assignment.startCommitted;
    while (epoch.owns(this.#partition) && nextOffset > cursor.committed) {
      if (await this.#tryCommit(nextOffset)) return;
      await sleep(RETRY_MS);
      this.#revokeIfCoordinatorMoved();
      // The broker is away and the work winds down: what is not committed is read again.
      if (epoch.signal.aborted) return;
    }
  }

  commitSoon(nextOffset: bigint): void {
    this.advance(nextOffset);
    const { cursor, onFailure } = this.#parts;
    if (nextOffset > cursor.wanted) cursor.wanted = nextOffset;
    // Where nothing is due it would be over before it is noted, and noted for ever.
    if (this.#isCommitDue) cursor.committing ??= this.#commitWanted().catch(onFailure);
  }

  /** Resolves when nothing that `commitSoon` was given is under way. */
  async settled(): Promise<void> {
    await this.#parts.cursor.committing;
  }

  async confirm(): Promise<boolean> {
    const { payload, epoch } = this.#parts;
    try {
      await payload.heartbeat();
    } catch (error) {
      if (reactionTo(error) === 'rebalance') epoch.revoke();
      return false;
    }
    return !epoch.signal.aborted && epoch.owns(this.#partition);
  }

  holds(): boolean | Promise<boolean> {
    const { epoch } = this.#parts;
    if (!epoch.owns(this.#partition)) return false;
    return epoch.isSure || this.#makeSure();
  }

  committed(): Promise<bigint | null> {
    return this.#parts.assignment.committedOf(this.#partition);
  }

  backlogOf(topic: string): Promise<bigint> {
    return this.#parts.assignment.backlogOf({ topic, partition: this.#partition.partition });
  }

  rewind(offset: bigint): void {
    const { cursor, epoch, seek } = this.#parts;
    if (!epoch.owns(this.#partition)) return;
    cursor.position = offset;
    cursor.handledTo = offset;
    cursor.rewound = true;
    seek(offset);
  }

  /** A broker that is away says nothing; and kafkajs may take the answer to an earlier heartbeat for the one to this. */
  async #makeSure(): Promise<boolean> {
    const { epoch } = this.#parts;
    while (!epoch.signal.aborted && epoch.owns(this.#partition)) {
      if ((await this.confirm()) && epoch.isSure) return true;
      await sleep(RETRY_MS);
    }
    return false;
  }

  #rewindAgain(): null {
    const { cursor, seek } = this.#parts;
    seek(cursor.position);
    return null;
  }

  get #isCommitDue(): boolean {
    const { cursor, epoch } = this.#parts;
    return epoch.owns(this.#partition) && cursor.wanted > cursor.committed;
  }

  async #commitWanted(): Promise<void> {
    const { cursor } = this.#parts;
    try {
      while (this.#isCommitDue) {
        const { wanted } = cursor;
        await this.commit(wanted);
        if (cursor.committed < wanted) return; // the work winds down
      }
    } finally {
      cursor.committing = null;
    }
  }

  /** True when the question is settled, false when the broker is to be asked again. */
  async #tryCommit(nextOffset: bigint): Promise<boolean> {
    const { payload, cursor, epoch } = this.#parts;
    const { topic, partition } = this.#partition;
    const partitions = [{ partition, offset: String(nextOffset) }];
    try {
      // Not consumer.commitOffsets: that one retries, across a rejoin if need be, under the next generation.
      const sent = payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
      if (!(await settlesInTime(sent, epoch.signal))) return true;
      if (nextOffset > cursor.committed) cursor.committed = nextOffset;
      cursor.commitStart = false;
      return true;
    } catch (error) {
      const reaction = reactionTo(error);
      this.#misdirected = errorTypeOf(error) === 'NOT_COORDINATOR_FOR_GROUP' ? this.#misdirected + 1 : 0;
      if (reaction === 'away') return false;
      if (reaction === 'refused') throw this.#commitRefused(error);
      if (errorTypeOf(error) !== 'REBALANCE_IN_PROGRESS') epoch.revoke();
      return true;
    }
  }

  /** kafkajs looks for the new coordinator of a group only when it joins again, and that waits for the handlers. */
  #revokeIfCoordinatorMoved(): void {
    if (this.#misdirected * RETRY_MS >= COORDINATOR_MOVED_MS) this.#parts.epoch.revoke();
  }

  #commitRefused(error: unknown): FatalError {
    const { topic, partition } = this.#partition;
    const sentence = `the broker refuses commits for ${topic}-${partition}: ${messageOf(error)}; check the rights of this user on the group`;
    return new FatalError('KAFKA_REFUSED', sentence, { where: this.#partition, cause: error });
  }

  /** A log that ends before the cursor is another one of the same name: its offsets begin anew. */
  async #restartIfLogIsNew(fetchedOffset: bigint): Promise<void> {
    const { cursor, assignment } = this.#parts;
    const end = await assignment.endOf(cursor);
    if (end === null || end >= cursor.position) return;
    cursor.position = fetchedOffset;
    cursor.handledTo = fetchedOffset;
    cursor.committed = fetchedOffset;
  }

  /** Tells kafkajs where to fetch next. */
  #resolve(nextOffset: bigint): void {
    const { epoch, payload } = this.#parts;
    if (epoch.owns(this.#partition)) payload.resolveOffset(String(nextOffset - 1n));
  }
}

/** False when the epoch winds down and the broker has not answered a while later: without one, kafkajs waits on. */
async function settlesInTime(sent: Promise<void>, signal: AbortSignal): Promise<boolean> {
  let giveUp: () => void = () => undefined;
  const late = new Promise<false>((resolve) => {
    giveUp = () => void setTimeout(() => resolve(false), GRACE_MS).unref();
  });
  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp);
  try {
    return await Promise.race([sent.then(() => true), late]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
