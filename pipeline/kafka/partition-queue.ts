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

interface Order {
  remaining: number;
  failed: boolean;
  settle(failure: WriteFailure | null): void;
}

interface Entry extends QueuedRecord {
  readonly order: Order;
}

/**
 * Writes the records of one partition in order, one request outstanding at a time: with more, a lost answer would
 * reorder or drop records. What comes in meanwhile goes together into the next request.
 */
export class PartitionQueue {
  readonly #write: (records: readonly ProducerRecord[]) => Promise<void>;
  #waiting: Entry[] = [];
  #writing = false;

  /** `write` resolves when all its records are acknowledged; it rejects with RecordRefused where one never will be. */
  constructor(write: (records: readonly ProducerRecord[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when all are written, or with the first failure: then the later ones of the same call are not written. */
  add(records: readonly QueuedRecord[]): Promise<WriteFailure | null> {
    return new Promise((settle) => {
      const order: Order = { remaining: records.length, failed: false, settle };
      for (const queued of records) this.#waiting.push({ ...queued, order });
      if (!this.#writing) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) await this.#writeTogether(this.#takeBatch());
    this.#writing = false;
  }

  #takeBatch(): Entry[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.#waiting) {
      bytes += entry.bytes;
      if (count > 0 && (bytes > Math.min(MAX_BATCH_BYTES, entry.limit) || count === MAX_BATCH_RECORDS)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #writeTogether(entries: readonly Entry[]): Promise<void> {
    const wanted = entries.filter(({ order }) => !order.failed);
    if (wanted.length === 0) return;
    try {
      await this.#write(wanted.map(({ record }) => record));
      for (const { order } of wanted) if (--order.remaining === 0) order.settle(null);
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
  order.settle({ error, index });
}
