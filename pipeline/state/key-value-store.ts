import type { KeyValueStore } from '../ports/store.ts';
import { keyBytes, USER_KEYS_END } from './entry-keys.ts';
import { readValue } from './read-value.ts';
import type { StagedStore } from './staged-store.ts';
import type { StoreIdentity, TypedStore } from './typed-store.ts';

/** A key-value store whose entries stay until they are deleted. */
export class StagedKeyValueStore implements KeyValueStore, TypedStore {
  readonly #staged: StagedStore;
  readonly #identity: StoreIdentity;

  constructor(staged: StagedStore, identity: StoreIdentity) {
    this.#staged = staged;
    this.#identity = identity;
  }

  get(key: string): unknown {
    const bytes = this.#staged.get(keyBytes(key));
    return bytes && readValue(this.#identity, bytes);
  }

  put(key: string, value: unknown): void {
    this.#staged.put(keyBytes(key), this.#identity.serde.serialize(value));
  }

  delete(key: string): void {
    this.#staged.delete(keyBytes(key));
  }

  *range({ from = '', to }: { readonly from?: string; readonly to?: string } = {}): Generator<[string, unknown]> {
    const end = to === undefined ? USER_KEYS_END : keyBytes(to);
    for (const [key, bytes] of this.#staged.range(keyBytes(from), end)) {
      yield [key.toString(), readValue(this.#identity, bytes)];
    }
  }

  advanceStreamTime(): void {
    // nothing here expires
  }

  rewind(): void {
    // nothing here depends on time
  }

  derive(): null {
    return null;
  }
}
