/** How values of a store or a topic become bytes. */
export interface Serde<V> {
  readonly name: string;
  serialize(value: V): Buffer;
  /** @throws where the bytes are not such a value. */
  deserialize(bytes: Buffer): V;
}

/** State of one task by key. Reads see what the same record has written before. Keys are compared as UTF-8 bytes. */
export interface KeyValueStore<V = unknown> {
  get(key: string): V | undefined;
  put(key: string, value: V): void;
  delete(key: string): void;
  /** Entries in the order of their keys, `from` included, `to` excluded. The store may be changed meanwhile. */
  range(bounds?: { readonly from?: string; readonly to?: string }): Iterable<readonly [key: string, value: V]>;
}

/** A value of a window store and where it belongs. */
export interface Windowed<V> {
  readonly key: string;
  /** Start of the window, milliseconds since 1970 UTC. */
  readonly startMs: number;
  readonly value: V;
}

/** State of one task by key and time. */
export interface WindowStore<V = unknown> {
  get(key: string, startMs: number): V | undefined;
  /** Does nothing where the window is further behind stream time than the store's retention. */
  put(key: string, startMs: number, value: V): void;
  delete(key: string, startMs: number): void;
  /** Entries of one key in the order of time, `fromMs` and `toMs` included. The store may be changed meanwhile. */
  fetch(key: string, fromMs: number, toMs: number): Iterable<Windowed<V>>;
  /** Entries of all keys in the order of time, then key, `fromMs` and `toMs` included. */
  fetchAll(fromMs: number, toMs: number): Iterable<Windowed<V>>;
}

interface StoreSpecBase {
  /** Default: JSON. */
  readonly serde?: Serde<unknown>;
}

/** What a processor says of a store it wants. */
export type StoreSpec =
  /** `ttlMs`: entries not written for so long, in stream time, are gone. */
  | (StoreSpecBase & { readonly type: 'keyValue'; readonly ttlMs?: number })
  /** `retentionMs`: entries whose start is further behind stream time are gone. */
  | (StoreSpecBase & { readonly type: 'window'; readonly retentionMs: number });

/** Key and value as a store keeps them; null deletes. */
export type Change = readonly [key: Buffer, value: Buffer | null];

/** Up to where of its changelog a store is complete. */
export interface Checkpoint {
  /** Tells one changelog from another of the same name. */
  readonly changelog: string;
  /** Offset of the next change. */
  readonly offset: bigint;
}

/** Keeps the bytes of one store of one task, in memory or on disk. One user at a time. */
export interface ByteStore {
  /** What it gives must not be written to. */
  get(key: Buffer): Buffer | undefined;
  /** Entries in the order of their keys' bytes, `from` included, `to` excluded. Not to be changed while it is iterated. */
  range(from?: Buffer, to?: Buffer): Iterable<readonly [key: Buffer, value: Buffer]>;
  /**
   * Applies all changes, in their order, and the checkpoint, or none of them, also when the process dies meanwhile. With
   * null there is no checkpoint afterwards. Copies what it keeps.
   */
  apply(changes: Iterable<Change>, checkpoint: Checkpoint | null): void;
  /** The checkpoint last applied; null where there is none to be trusted. */
  readonly checkpoint: Checkpoint | null;
  /** Number of entries. */
  readonly size: number;
  /** Forgets all entries and the checkpoint. */
  clear(): void;
  close(): void;
}
