import type { OffsetRange } from '../../ports/admin.ts';
import type { BatchContext, PartitionBatch } from '../../ports/consumer.ts';
import type { PartitionPiece } from '../../ports/partition-reader.ts';
import type { ConsumerRecord } from '../../ports/record.ts';

/** Where stretches of partitions are read from: a broker, or a recording. */
export interface InputLog {
  /** The records of a stretch in their order, piece by piece; ends early where the log does, or when `signal` aborts. */
  read(range: OffsetRange, signal: AbortSignal): AsyncIterable<PartitionPiece>;
}

/** How far a stretch was read. */
export interface RangeProgress extends OffsetRange {
  /** Next offset to process. */
  readonly position: bigint;
  /** Records that are done with. */
  readonly records: number;
}

/** One stretch of a partition as a task reads it: what was fetched, and up to where it is done with. */
export class RangeInput {
  readonly range: OffsetRange;
  readonly #log: InputLog;
  readonly #signal: AbortSignal;
  #pieces: AsyncIterator<PartitionPiece>;
  #fetched: readonly ConsumerRecord[] = [];
  #fetchedTo: bigint;
  #position: bigint;
  #done = 0;

  constructor(range: OffsetRange, log: InputLog, signal: AbortSignal) {
    this.range = range;
    this.#log = log;
    this.#signal = signal;
    this.#position = range.from;
    this.#fetchedTo = range.from;
    this.#pieces = log.read(range, signal)[Symbol.asyncIterator]();
  }

  get progress(): RangeProgress {
    return { ...this.range, position: this.#position, records: this.#done };
  }

  /** What is left of the stretch, in offsets. */
  get backlog(): bigint {
    return this.range.to > this.#position ? this.range.to - this.#position : 0n;
  }

  /** The next records, `most` of them at the most; null at the end. What was not advanced past comes again. */
  async next(most: number): Promise<PartitionBatch | null> {
    while (this.#fetched.length === 0) {
      const piece = await this.#pieces.next();
      if (piece.done) {
        if (!this.#signal.aborted) this.#position = this.range.to;
        return null;
      }
      const { records, nextOffset } = piece.value;
      this.#fetched = records.filter(({ offset }) => offset >= this.#position);
      this.#fetchedTo = nextOffset;
    }
    const { topic, partition, to } = this.range;
    const records = this.#fetched.slice(0, most);
    const nextOffset = this.#fetched[most]?.offset ?? this.#fetchedTo;
    return { topic, partition, records, fetchedOffset: this.#position, nextOffset, highWatermark: to };
  }

  context(backlogOf: BatchContext['backlogOf']): BatchContext {
    const advance = (offset: bigint): void => this.#advance(offset);
    return {
      signal: this.#signal,
      commit: async (offset) => advance(offset),
      commitSoon: advance,
      advance,
      rewind: (offset) => this.#rewind(offset),
      confirm: async () => !this.#signal.aborted,
      holds: () => true,
      committed: async () => this.#position,
      backlogOf,
    };
  }

  #advance(offset: bigint): void {
    const left = this.#fetched.filter((record) => record.offset >= offset);
    this.#done += this.#fetched.length - left.length;
    this.#fetched = left;
    if (offset > this.#position) this.#position = offset;
  }

  #rewind(offset: bigint): void {
    this.#position = offset;
    this.#fetched = [];
    this.#pieces = this.#log.read({ ...this.range, from: offset }, this.#signal)[Symbol.asyncIterator]();
  }
}
