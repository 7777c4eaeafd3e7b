import { NextChange } from './next-change.ts';

/** Limits of what waits for the broker. */
export interface OutboxLimits {
  readonly records: number;
  readonly bytes: number;
}

/**
 * What a source has made, each thing with its size, and the broker has not yet taken: bounded by records and bytes. A live source never waits for
 * room, the oldest records fall out; any other source waits.
 */
export class Outbox<Entry extends { readonly bytes: number }> {
  readonly #limits: OutboxLimits;
  #waiting: Entry[] = [];
  #bytes = 0;
  #inFlight = 0;
  #closed = false;
  readonly #change = new NextChange();

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.#waiting.length >= this.#limits.records || this.#bytes >= this.#limits.bytes;
  }

  /** Adds an entry and returns those that fell out for it, oldest first. */
  push(entry: Entry): readonly Entry[] {
    const fallen: Entry[] = [];
    while (this.#waiting.length > 0 && this.#hasNoRoomFor(entry.bytes)) fallen.push(this.#shift());
    this.#waiting.push(entry);
    this.#bytes += entry.bytes;
    this.#change.tell();
    return fallen;
  }

  /** No more will come. */
  close(): void {
    this.#closed = true;
    this.#change.tell();
  }

  /** Resolves at the next change of any kind: look again, and wait again. */
  changed(): Promise<void> {
    return this.#change.wait();
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

  /** Takes the oldest up to `bytes`, at least one. */
  take(bytes: number): readonly Entry[] {
    const taken: Entry[] = [];
    let size = 0;
    for (
      let next = this.#waiting[0];
      next && (taken.length === 0 || size + next.bytes <= bytes);
      next = this.#waiting[0]
    ) {
      size += next.bytes;
      taken.push(this.#shift());
    }
    this.#inFlight += taken.length;
    this.#change.tell();
    return taken;
  }

  /** What was taken has been acknowledged. */
  acknowledge(taken: readonly Entry[]): void {
    this.#inFlight -= taken.length;
    this.#change.tell();
  }

  #hasNoRoomFor(size: number): boolean {
    return this.#waiting.length >= this.#limits.records || this.#bytes + size > this.#limits.bytes;
  }

  #shift(): Entry {
    const entry = this.#waiting.shift();
    if (!entry) throw new RangeError('the outbox is empty; this is a bug, please report it');
    this.#bytes -= entry.bytes;
    return entry;
  }
}
