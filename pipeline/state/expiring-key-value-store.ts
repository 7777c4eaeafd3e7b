import type { Change, KeyValueStore } from '../ports/store.ts';
import { isReserved, keyBytes, splitTimedValue, timedValue, timeIndexKey, USER_KEYS_END } from './entry-keys.ts';
import { readValue } from './read-value.ts';
import type { StagedStore } from './staged-store.ts';
import { TimeIndex } from './time-index.ts';
import type { StoreIdentity, TypedStore } from './typed-store.ts';

/** A bucket of the time index spans this share of the time to live. */
const BUCKETS = 32;
const NOTHING = Buffer.alloc(0);

/**
 * A key-value store whose entries are gone when they were not written for `ttlMs` of stream time. Each value carries its
 * time. The index knows it by buckets only, and keeps a key in every bucket it was written in until that is swept: so a
 * put need not read what was there before.
 */
export class ExpiringKeyValueStore implements KeyValueStore, TypedStore {
  readonly #staged: StagedStore;
  readonly #identity: StoreIdentity;
  readonly #ttlMs: number;
  readonly #bucketMs: number;
  readonly #index: TimeIndex;
  #streamTimeMs = 0;

  constructor(staged: StagedStore, identity: StoreIdentity & { readonly ttlMs: number }) {
    this.#staged = staged;
    this.#identity = identity;
    this.#ttlMs = identity.ttlMs;
    this.#bucketMs = Math.ceil(identity.ttlMs / BUCKETS);
    this.#index = new TimeIndex(staged);
  }

  get(key: string): unknown {
    const bytes = this.#staged.get(keyBytes(key));
    if (bytes === undefined) return undefined;
    const { timeMs, value } = splitTimedValue(bytes);
    return this.#isExpired(timeMs) ? undefined : readValue(this.#identity, value);
  }

  put(key: string, value: unknown): void {
    const bytes = keyBytes(key);
    this.#staged.put(bytes, timedValue(this.#streamTimeMs, this.#identity.serde.serialize(value)));
    this.#index.add({ timeMs: this.#bucketOf(this.#streamTimeMs), key: bytes });
  }

  delete(key: string): void {
    this.#staged.delete(keyBytes(key));
  }

  *range({ from = '', to }: { readonly from?: string; readonly to?: string } = {}): Generator<[string, unknown]> {
    const end = to === undefined ? USER_KEYS_END : keyBytes(to);
    for (const [key, bytes] of this.#staged.range(keyBytes(from), end)) {
      const { timeMs, value } = splitTimedValue(bytes);
      if (!this.#isExpired(timeMs)) yield [key.toString(), readValue(this.#identity, value)];
    }
  }

  advanceStreamTime(streamTimeMs: number): void {
    this.#streamTimeMs = Math.max(this.#streamTimeMs, streamTimeMs);
    for (const { timeMs, key } of this.#index.due(this.#streamTimeMs - this.#ttlMs - this.#bucketMs + 1)) {
      this.#index.remove({ timeMs, key });
      this.#sweep(key);
    }
  }

  rewind(streamTimeMs: number): void {
    this.#streamTimeMs = streamTimeMs;
    this.#index.rewind();
  }

  derive([key, value]: Change): Change | null {
    if (value === null || isReserved(key)) return null;
    return [timeIndexKey(this.#bucketOf(splitTimedValue(value).timeMs), key), NOTHING];
  }

  #sweep(key: Buffer): void {
    const bytes = this.#staged.get(key);
    if (bytes === undefined) return;
    const { timeMs } = splitTimedValue(bytes);
    if (this.#isExpired(timeMs)) this.#staged.delete(key);
    else this.#index.add({ timeMs: this.#bucketOf(timeMs), key }); // else unknown to the index after a change of ttlMs
  }

  #isExpired(timeMs: number): boolean {
    return timeMs + this.#ttlMs <= this.#streamTimeMs;
  }

  #bucketOf(timeMs: number): number {
    return Math.floor(timeMs / this.#bucketMs) * this.#bucketMs;
  }
}
