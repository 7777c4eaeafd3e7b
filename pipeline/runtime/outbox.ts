import type { SourceRecord } from '../ports/source.ts';

/** Limits of what waits for the broker. */
export interface OutboxLimits {
  readonly records: number;
  readonly bytes: number;
}

/**
 * What a source has made and the broker has not yet taken: bounded by records and bytes. A live source never waits for
 * room, the oldest records fall out; any other source waits.
 */
export class Outbox {
  readonly #limits: OutboxLimits;
  #waiting: SourceRecord[] = [];
  #bytes = 0;
  #inFlight = 0;
  #closed = false;
  #waiters: (() => void)[] = [];

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.#waiting.length >= this.#limits.records || this.#bytes >= this.#limits.bytes;
  }

  /** Adds a record and returns those that fell out for it, oldest first. */
  push(record: SourceRecord): readonly SourceRecord[] {
    const fallen: SourceRecord[] = [];
    const size = sizeOf(record);
    while (this.#waiting.length > 0 && this.#hasNoRoomFor(size)) fallen.push(this.#shift());
    this.#waiting.push(record);
    this.#bytes += size;
    this.#notify();
    return fallen;
  }

  /** No more records will come. */
  close(): void {
    this.#closed = true;
    this.#notify();
  }

  /** Resolves at the next change of any kind: look again, and wait again. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  get isDrained(): boolean {
    return this.#closed && this.#waiting.length === 0;
  }

  /** Everything pushed so far has been acknowledged (or has fallen out). */
  get isSettled(): boolean {
    return this.#waiting.length === 0 && this.#inFlight === 0;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Takes the oldest records up to `bytes`, at least one. */
  take(bytes: number): readonly SourceRecord[] {
    const taken: SourceRecord[] = [];
    let size = 0;
    for (
      let next = this.#waiting[0];
      next && (taken.length === 0 || size + sizeOf(next) <= bytes);
      next = this.#waiting[0]
    ) {
      size += sizeOf(next);
      taken.push(this.#shift());
    }
    this.#inFlight += taken.length;
    this.#notify();
    return taken;
  }

  /** What was taken has been acknowledged. */
  acknowledge(taken: readonly SourceRecord[]): void {
    this.#inFlight -= taken.length;
    this.#notify();
  }

  #hasNoRoomFor(size: number): boolean {
    return this.#waiting.length >= this.#limits.records || this.#bytes + size > this.#limits.bytes;
  }

  #shift(): SourceRecord {
    const record = this.#waiting.shift();
    if (!record) throw new RangeError('the outbox is empty; this is a bug, please report it');
    this.#bytes -= sizeOf(record);
    return record;
  }

  #notify(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}

function sizeOf({ value }: SourceRecord): number {
  return value === null ? 0 : Buffer.byteLength(value);
}
