import type { ConsumerRecord, KeyValueStore } from '../../pipeline/index.ts';
import type { Side } from './options.ts';

/**
 * Up to where the sides are done with, as the state knows it. After a crash records come again that the state has met
 * already, and by then the windows around them may have closed.
 */
export class Progress {
  readonly #store: KeyValueStore<string>;

  constructor(store: KeyValueStore<string>) {
    this.#store = store;
  }

  /** Notes a record; true where it was met before. */
  isRepeat(side: Side, { offset }: ConsumerRecord): boolean {
    const last = this.#store.get(side);
    if (last !== undefined && offset <= BigInt(last)) return true;
    this.#store.put(side, String(offset));
    return false;
  }
}
