import type { KeyValueStore } from '../../pipeline/index.ts';

const TIME_DIGITS = 16;
const OFFSET_DIGITS = 19;

/** Where a kept record is: by key, then time, then offset, so that one processed again takes its own place. */
export interface Place {
  /** Id of its key. */
  readonly id: string;
  readonly atMs: number;
  readonly offset: bigint;
}

/** Records of one side in the order of time; many of one key may have the same time. */
export class KeptRecords<V> {
  readonly #store: KeyValueStore<V>;

  constructor(store: KeyValueStore<V>) {
    this.#store = store;
  }

  put(place: Place, value: V): void {
    this.#store.put(entryKeyOf(place), value);
  }

  /** Those of one key, both ends included. */
  between(id: string, fromMs: number, toMs: number): Iterable<readonly [entryKey: string, value: V]> {
    return this.#store.range({ from: prefixOf(id, Math.max(0, fromMs)), to: prefixOf(id, toMs + 1) });
  }
}

/** A text for a place; NUL occurs in no id. */
export function entryKeyOf({ id, atMs, offset }: Place): string {
  return `${prefixOf(id, atMs)}${String(offset).padStart(OFFSET_DIGITS, '0')}`;
}

function prefixOf(id: string, atMs: number): string {
  return `${id}\0${String(atMs).padStart(TIME_DIGITS, '0')}\0`;
}
