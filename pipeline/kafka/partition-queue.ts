import type { ProducerRecord } from '../ports/record.ts';

/** A batch is split above this, so that encoding never blocks the process for long. */
const MAX_BATCH_BYTES = 1_000_000;
const MAX_BATCH_RECORDS = 2_000;

/** Why a record can never be written; the queue knows which one it is. */
export class RecordRefused extends Error {
  readonly code: 'RECORD_TOO_LARGE' | 'RECORD_REFUSED' | 'TOPIC_UNKNOWN';

  constructor(code: RecordRefused['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = new.target.name;
    this.code = code;
  }
}

export interface QueuedRecord {
  readonly record: ProducerRecord;
  /** What it takes in a batch of its own, the batch included: with others it takes less. */
  readonly bytes: number;
  /** Largest batch its topic takes, bytes. */
  readonly limit: number;
  /** Its place in what the caller gave to `send`. */
  readonly index: number;
}

/** The first failure among the records of one caller. */
export interface WriteFailure {
  readonly error: unknown;
  readonly index: number;
}

/** What became of the records of one caller. */
export interface WriteResult {
  /** `topic-partition`. */
  readonly partition: string;
  readonly failure: WriteFailure | null;
  /** Offset after the last of them that was written. */
  readonly nextOffset: bigint;
}

interface Order {
  remaining: number;
  failed: boolean;
  settle(failure: WriteFailure | null, nextOffset: bigint): void;
}

interface Entry extends QueuedRecord {
  readonly order: Order;
}

/** How many of these records, from the one at `start` on, go together into one batch. */
export function batchLength(records: readonly QueuedRecord[], start = 0): number {
  let bytes = 0;
  let end = start;
  for (let entry = records[end]; entry && end - start < MAX_BATCH_RECORDS; entry = records[++end]) {
    bytes += entry.bytes;
    if (end > start && bytes > Math.min(MAX_BATCH_BYTES, entry.limit)) break;
  }
  return end - start;
}

/**
 * Writes the records of one partition in order, one request outstanding at a time: with more, a lost answer would
 * reorder or drop records. What comes in meanwhile goes together into the next request.
 */
export class PartitionQueue {
  readonly #name: string;
  readonly #write: (records: readonly ProducerRecord[]) => Promise<bigint>;
  #waiting: Entry[] = [];
  #writing = false;

  /**
   * `write` resolves with the offset of its first record when all are acknowledged; it rejects with RecordRefused where
   * one never will be.
   */
  constructor(name: string, write: (records: readonly ProducerRecord[]) => Promise<bigint>) {
    this.#name = name;
    this.#write = write;
  }

  /** Resolves when all are written, or with the first failure: then the later ones of the same call are not written. */
  add(records: readonly QueuedRecord[]): Promise<WriteResult> {
    return new Promise((resolve) => {
      const partition = this.#name;
      const settle: Order['settle'] = (failure, nextOffset) => resolve({ partition, failure, nextOffset });
      const order: Order = { remaining: records.length, failed: false, settle };
      for (const { record, bytes, limit, index } of records) this.#waiting.push({ record, bytes, limit, index, order });
      if (!this.#writing) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) await this.#writeTogether(this.#takeBatch());
    this.#writing = false;
  }

  #takeBatch(): Entry[] {
    return this.#waiting.splice(0, batchLength(this.#waiting));
  }

  async #writeTogether(entries: readonly Entry[]): Promise<void> {
    const wanted = entries.filter(({ order }) => !order.failed);
    if (wanted.length === 0) return;
    try {
      const firstOffset = await this.#write(wanted.map(({ record }) => record));
      for (const [index, { order }] of wanted.entries())
        if (--order.remaining === 0) order.settle(null, firstOffset + BigInt(index + 1));
    } catch (error) {
      // The broker refuses a batch as a whole: only one by one tells which record it was.
      if (error instanceof RecordRefused && wanted.length > 1) {
        for (const entry of wanted) await this.#writeTogether([entry]);
      } else for (const entry of wanted) fail(entry, error);
    }
  }
}

function fail({ order, index }: Entry, error: unknown): void {
  if (order.failed) return;
  order.failed = true;
  order.settle({ error, index }, -1n);
}
