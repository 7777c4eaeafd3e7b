import { splitTimeIndexKey, timeIndexKey, USER_KEYS_END } from './entry-keys.ts';
import type { StagedStore } from './staged-store.ts';

const NOTHING = Buffer.alloc(0);
const NO_KEY = Buffer.alloc(0);

/** Most entries one call hands out to be swept: bounds the work a single record can cause. */
const SWEEP_ENTRIES = 16;

/** A key and its time. */
export interface Timed {
  readonly timeMs: number;
  readonly key: Buffer;
}

/** Keys of a store in the order of a time, then of the key. Derived from the entries, and so no part of the changelog. */
export class TimeIndex {
  readonly #store: StagedStore;
  /** No entry lies before it, save those already handed out by `due`. */
  #cursor: Buffer = USER_KEYS_END;
  #cursorMs = 0;

  constructor(store: StagedStore) {
    this.#store = store;
  }

  add({ timeMs, key }: Timed): void {
    const entry = timeIndexKey(timeMs, key);
    this.#store.put(entry, NOTHING);
    if (timeMs <= this.#cursorMs && entry.compare(this.#cursor) < 0) this.#moveTo(entry, timeMs);
  }

  remove({ timeMs, key }: Timed): void {
    this.#store.delete(timeIndexKey(timeMs, key));
  }

  /** Both ends included. */
  *range(fromMs: number, toMs: number): Generator<Timed> {
    if (fromMs > toMs) return;
    const entries = this.#store.range(timeIndexKey(fromMs, NO_KEY), timeIndexKey(toMs + 1, NO_KEY));
    for (const [entry] of entries) yield splitTimeIndexKey(entry);
  }

  /** Some of the oldest keys from before a time, each once: whoever asks must remove them. */
  due(beforeMs: number): readonly Timed[] {
    if (beforeMs <= this.#cursorMs) return [];
    const end = timeIndexKey(beforeMs, NO_KEY);
    const found: Timed[] = [];
    for (const [entry] of this.#store.range(this.#cursor, end)) {
      const timed = splitTimeIndexKey(entry);
      found.push(timed);
      if (found.length < SWEEP_ENTRIES) continue;
      this.#moveTo(entry, timed.timeMs);
      return found;
    }
    this.#moveTo(end, beforeMs);
    return found;
  }

  /** Lets `due` begin at the oldest key again: needed when removals were taken back. */
  rewind(): void {
    this.#moveTo(USER_KEYS_END, 0);
  }

  #moveTo(entry: Buffer, timeMs: number): void {
    this.#cursor = entry;
    this.#cursorMs = timeMs;
  }
}
