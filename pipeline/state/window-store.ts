import { PoisonRecordError } from '../errors/pipeline-error.ts';
import type { Change, Windowed, WindowStore } from '../ports/store.ts';
import { isReserved, keyBytes, splitWindowKey, timeIndexKey, windowKey } from './entry-keys.ts';
import { readValue } from './read-value.ts';
import type { StagedStore } from './staged-store.ts';
import { TimeIndex } from './time-index.ts';
import type { StoreIdentity, TypedStore } from './typed-store.ts';

const NOTHING = Buffer.alloc(0);
const ZERO = Buffer.alloc(1);

/**
 * A window store: entries by key, then time, and an index of them by time, then key. An entry whose start is more than
 * `retentionMs` behind stream time is gone; to put one there does nothing.
 */
export class StagedWindowStore implements WindowStore, TypedStore {
  readonly #staged: StagedStore;
  readonly #identity: StoreIdentity;
  readonly #retentionMs: number;
  readonly #index: TimeIndex;
  #streamTimeMs = 0;

  constructor(staged: StagedStore, identity: StoreIdentity & { readonly retentionMs: number }) {
    this.#staged = staged;
    this.#identity = identity;
    this.#retentionMs = identity.retentionMs;
    this.#index = new TimeIndex(staged);
  }

  get(key: string, startMs: number): unknown {
    throwIfNoStart(startMs);
    if (startMs < this.#oldestMs) return undefined;
    const bytes = this.#staged.get(windowKey(keyBytes(key), startMs));
    return bytes && readValue(this.#identity, bytes);
  }

  put(key: string, startMs: number, value: unknown): void {
    throwIfNoStart(startMs);
    const bytes = this.#identity.serde.serialize(value);
    if (startMs < this.#oldestMs) return;
    const owner = keyBytes(key);
    const entry = windowKey(owner, startMs);
    if (!this.#staged.get(entry)) this.#index.add({ timeMs: startMs, key: owner });
    this.#staged.put(entry, bytes);
  }

  delete(key: string, startMs: number): void {
    throwIfNoStart(startMs);
    this.#remove(keyBytes(key), startMs);
  }

  *fetch(key: string, fromMs: number, toMs: number): Generator<Windowed<unknown>> {
    const owner = keyBytes(key);
    const { first, last } = this.#span(fromMs, toMs);
    if (first > last) return;
    const end = Buffer.concat([windowKey(owner, last), ZERO]);
    for (const [entry, bytes] of this.#staged.range(windowKey(owner, first), end)) {
      // Keys that begin with this one lie in between; only they are longer.
      if (entry.length !== end.length - ZERO.length) continue;
      yield { key, startMs: splitWindowKey(entry).startMs, value: readValue(this.#identity, bytes) };
    }
  }

  *fetchAll(fromMs: number, toMs: number): Generator<Windowed<unknown>> {
    const { first, last } = this.#span(fromMs, toMs);
    for (const { timeMs, key } of this.#index.range(first, last)) {
      const bytes = this.#staged.get(windowKey(key, timeMs));
      if (bytes) yield { key: key.toString(), startMs: timeMs, value: readValue(this.#identity, bytes) };
    }
  }

  advanceStreamTime(streamTimeMs: number): void {
    this.#streamTimeMs = Math.max(this.#streamTimeMs, streamTimeMs);
    for (const { timeMs, key } of this.#index.due(this.#oldestMs)) this.#remove(key, timeMs);
  }

  rewind(streamTimeMs: number): void {
    this.#streamTimeMs = streamTimeMs;
    this.#index.rewind();
  }

  derive([key, value]: Change): Change | null {
    if (isReserved(key)) return null;
    const { key: owner, startMs } = splitWindowKey(key);
    return [timeIndexKey(startMs, owner), value && NOTHING];
  }

  get #oldestMs(): number {
    return this.#streamTimeMs - this.#retentionMs;
  }

  #remove(key: Buffer, startMs: number): void {
    this.#staged.delete(windowKey(key, startMs));
    this.#index.remove({ timeMs: startMs, key });
  }

  #span(fromMs: number, toMs: number): { readonly first: number; readonly last: number } {
    return {
      first: Math.max(0, Math.ceil(fromMs), this.#oldestMs),
      last: Math.min(Number.MAX_SAFE_INTEGER - 1, Math.floor(toMs)),
    };
  }
}

/** @throws PoisonRecordError STORE_TIME_INVALID */
function throwIfNoStart(startMs: number): void {
  if (Number.isSafeInteger(startMs) && startMs >= 0) return;
  const message = `a window cannot start at ${startMs}; give whole milliseconds since 1970, 0 or more`;
  throw new PoisonRecordError('STORE_TIME_INVALID', message);
}
