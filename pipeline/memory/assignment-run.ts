import { partitionName, type Epoch } from '../kafka/epoch.ts';
import type { ConsumerOptions, PartitionBatch } from '../ports/consumer.ts';
import { BatchRun, sendCommit, type Membership } from './batch-run.ts';
import type { MemoryClient } from './client.ts';
import type { Group } from './group.ts';
import { cursorOf, type Cursor } from './start-offsets.ts';

/** Where chance decides what a fetch brings, half of them bring less than the 4096th part of what they may. */
const SMALL_FETCHES = 12;

export interface AssignmentRunParts {
  readonly client: MemoryClient;
  readonly group: Group;
  readonly generation: number;
  readonly epoch: Epoch;
  readonly options: ConsumerOptions;
  /** No assignment before this one has begun. */
  readonly isFirst: boolean;
}

/**
 * What one member does with its partitions from one assignment to the next: whenever something may have changed, at the
 * next turn of the event loop, each partition that is not being handled and has records is handed out.
 */
export class AssignmentRun {
  /** Settles when the epoch has wound down and nothing of it is under way; rejects with what a handler threw. */
  readonly ended: Promise<void>;
  readonly #parts: AssignmentRunParts;
  readonly #membership: Membership;
  readonly #cursors = new Map<string, Cursor>();
  readonly #busy = new Set<Cursor>();
  readonly #unwatch: (() => void)[] = [];
  #end!: { resolve(): void; reject(error: unknown): void };
  #failure: { readonly error: unknown } | null = null;
  #isScheduled = false;
  #isLingering = false;
  #lingered = false;
  #turn = 0;

  constructor(parts: AssignmentRunParts) {
    this.#parts = parts;
    this.ended = new Promise((resolve, reject) => (this.#end = { resolve, reject }));
    this.ended.catch(() => undefined); // told to whoever awaits it
    const { client, group, generation, epoch, options } = parts;
    const rule = { startAt: options.startAt, resetTo: null };
    this.#membership = {
      client,
      group,
      generation,
      epoch,
      cursors: this.#cursors,
      startOf: ({ log }) => cursorOf(log, group, rule).position,
      onFailure: (error) => this.#fail(error),
      wake: () => this.#schedule(),
    };
    epoch.signal.addEventListener('abort', () => this.#schedule());
  }

  /** Learns where each partition begins, and begins. */
  async begin(): Promise<void> {
    const { client, group, epoch, options, isFirst } = this.#parts;
    const { topics } = client.broker;
    const rule = { startAt: options.startAt, resetTo: (isFirst && options.resetTo) || null };
    const { groupId } = group;
    const found = await client.asking(
      { api: 'offsetFetch', groupId },
      () => epoch.partitions.map((partition) => cursorOf(topics.log(partition), group, rule)),
      epoch.signal,
    );
    for (const cursor of found ?? []) {
      this.#cursors.set(partitionName(cursor), cursor);
      if (cursor.lostFrom !== null) this.#reportLoss(cursor, cursor.lostFrom);
      if (cursor.commitStart) await sendCommit(cursor, cursor.committed, this.#membership);
    }
    if (epoch.signal.aborted) return;
    for (const { log } of this.#cursors.values()) this.#unwatch.push(log.watch(() => this.#schedule()));
    this.#schedule();
  }

  /** Lets what is under way end, and then the run. */
  revoke(): void {
    this.#parts.epoch.revoke();
  }

  /** Its process is dead: nothing more is handed out. */
  abandon(): void {
    for (const unwatch of this.#unwatch) unwatch();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#parts.client.begin();
    setImmediate(() => {
      this.#isScheduled = false;
      this.#poll();
      this.#parts.client.end();
    });
  }

  #poll(): void {
    const { epoch, options, client } = this.#parts;
    const { random } = client.broker;
    if (client.isDead) return;
    if (epoch.signal.aborted) return this.#endIfSettled();
    if (!this.#isEnough()) return;
    const cursors = [...this.#cursors.values()];
    const first = random ? Math.floor(random() * cursors.length) : this.#turn;
    for (let n = 0; n < cursors.length && this.#busy.size < options.partitionsConcurrently; n++) {
      const cursor = cursors[(first + n) % cursors.length];
      if (!cursor || this.#busy.has(cursor)) continue;
      const batch = this.#fetch(cursor);
      if (!batch) continue;
      this.#turn = first + n + 1; // the others come first next time
      void this.#handle(cursor, batch);
    }
  }

  /** As a broker answers a fetch: with enough bytes, or with what there is after a while. */
  #isEnough(): boolean {
    const { minBytes, maxWaitMs } = this.#parts.options;
    if (minBytes <= 1 || this.#lingered) {
      this.#lingered = false;
      return true;
    }
    let bytes = 0;
    for (const cursor of this.#cursors.values())
      if (!this.#busy.has(cursor)) bytes += cursor.log.bytesFrom(cursor.position, minBytes - bytes);
    if (bytes >= minBytes) return true;
    if (bytes > 0 && !this.#isLingering) void this.#linger(maxWaitMs);
    return false;
  }

  async #linger(ms: number): Promise<void> {
    const { client, epoch } = this.#parts;
    this.#isLingering = true;
    client.begin();
    await client.broker.clock.sleep(ms, epoch.signal);
    this.#isLingering = false;
    this.#lingered = true;
    this.#schedule();
    client.end();
  }

  /** The next records of a partition; null where there are none now. */
  #fetch(cursor: Cursor): PartitionBatch | null {
    const { options, client } = this.#parts;
    const { log, topic, partition } = cursor;
    if (cursor.position > log.end) this.#beginAnew(cursor);
    if (cursor.position < log.low) {
      const lostFrom = cursor.position;
      cursor.position = log.low;
      this.#reportLoss(cursor, lostFrom);
    }
    const fetchedOffset = cursor.position;
    const share = client.broker.random?.() ?? 1;
    const piece = log.read(fetchedOffset, {
      maxBytes: Math.ceil(share ** SMALL_FETCHES * options.maxBytesPerPartition),
    });
    if (!piece) return null;
    if (piece.records.length > 0) return { topic, partition, fetchedOffset, highWatermark: log.end, ...piece };
    cursor.position = piece.nextOffset;
    return null;
  }

  /** What is committed is of another log of the same name, which was longer. */
  #beginAnew(cursor: Cursor): void {
    cursor.position = cursor.committed =
      this.#parts.options.startAt === 'latest' ? cursor.log.stableEnd : cursor.log.low;
    cursor.wanted = cursor.committed;
  }

  async #handle(cursor: Cursor, batch: PartitionBatch): Promise<void> {
    const { client, options } = this.#parts;
    this.#busy.add(cursor);
    client.begin();
    try {
      await options.onBatch(batch, new BatchRun(batch, cursor, this.#membership));
    } catch (error) {
      this.#fail(error);
    }
    this.#busy.delete(cursor);
    this.#schedule();
    client.end();
  }

  #endIfSettled(): void {
    if (this.#busy.size > 0) return;
    const committing = [...this.#cursors.values()].flatMap((cursor) => cursor.committing ?? []);
    if (committing.length > 0) return void Promise.all(committing).then(() => this.#schedule());
    for (const unwatch of this.#unwatch.splice(0)) unwatch();
    if (this.#failure) this.#end.reject(this.#failure.error);
    else this.#end.resolve();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.revoke();
  }

  #reportLoss({ topic, partition, position }: Cursor, fromOffset: bigint): void {
    const count = position - fromOffset;
    this.#parts.options.onLost?.({ topic, partition, count, fromOffset, toOffset: position });
  }
}
