import { FatalError } from '../errors/pipeline-error.ts';
import type { ByteStore, Change, Checkpoint, KeyValueStore, StoreSpec, WindowStore } from '../ports/store.ts';
import { STREAM_TIME_KEY } from './entry-keys.ts';
import { ExpiringKeyValueStore } from './expiring-key-value-store.ts';
import { StagedKeyValueStore } from './key-value-store.ts';
import { json } from './serdes.ts';
import { StagedStore } from './staged-store.ts';
import type { TypedStore } from './typed-store.ts';
import { StagedWindowStore } from './window-store.ts';

/** Changelog records that are applied at once while restoring. */
const RESTORE_CHANGES = 10_000;

/** What the stores of a task are made of. */
export interface TaskStoresOptions {
  readonly stage: string;
  readonly specs: Readonly<Record<string, StoreSpec>>;
  /** Opens the byte store of one store of this task. */
  readonly createByteStore: (name: string) => ByteStore;
}

/** Where the changes of all stores of a task stood. */
export interface TaskMark {
  readonly streamTimeMs: number;
  readonly marks: readonly number[];
}

/** Changes of one store, to be written to its changelog. */
export interface StoreChanges {
  readonly store: string;
  readonly changes: readonly Change[];
}

interface OpenStore {
  readonly name: string;
  readonly backend: ByteStore;
  readonly staged: StagedStore;
  readonly typed: (KeyValueStore | WindowStore) & TypedStore;
}

/**
 * The state stores of one task. The changes of a chunk of records are staged; what `changes` tells goes to the changelogs,
 * then `accept` writes it into the byte stores with the checkpoints, or `discard` forgets it.
 */
export class TaskStores {
  readonly #stage: string;
  readonly #stores: ReadonlyMap<string, OpenStore>;
  readonly #all: readonly OpenStore[];
  #streamTimeMs = 0;

  constructor({ stage, specs, createByteStore }: TaskStoresOptions) {
    this.#stage = stage;
    const open: OpenStore[] = [];
    try {
      for (const [name, spec] of Object.entries(specs).sort(([a], [b]) => (a < b ? -1 : 1))) {
        open.push(openStore({ stage, name }, spec, createByteStore));
      }
    } catch (error) {
      closeAll(open);
      throw error;
    }
    this.#all = open;
    this.#stores = new Map(open.map((store) => [store.name, store]));
    this.#readStreamTime();
  }

  /** Names of the stores, in order. */
  get names(): readonly string[] {
    return this.#all.map(({ name }) => name);
  }

  /** Highest time this task was told of, milliseconds; 0 before the first. Survives restarts, through the changelog too. */
  get streamTimeMs(): number {
    return this.#streamTimeMs;
  }

  /**
   * The store as its processor sees it.
   * @throws FatalError STORE_UNKNOWN
   */
  store(name: string): KeyValueStore | WindowStore {
    return this.#open(name).typed;
  }

  /** Up to where of its changelog a store is complete; null: restore it from the beginning. */
  checkpoint(name: string): Checkpoint | null {
    return this.#open(name).backend.checkpoint;
  }

  /** To be called for every record: also sweeps a bounded number of expired entries. Never moves backwards. */
  advanceStreamTime(timeMs: number): void {
    if (timeMs > this.#streamTimeMs) this.#streamTimeMs = timeMs;
    for (const { typed } of this.#all) typed.advanceStreamTime(this.#streamTimeMs);
  }

  mark(): TaskMark {
    return { streamTimeMs: this.#streamTimeMs, marks: this.#all.map(({ staged }) => staged.mark()) };
  }

  /** Takes back all changes since the mark, and the stream time. A mark is good until the next `accept` or `discard`. */
  rollback({ streamTimeMs, marks }: TaskMark): void {
    for (const [index, mark] of marks.entries()) this.#all[index]?.staged.rollback(mark);
    this.#rewind(streamTimeMs);
  }

  /** What was changed since the last `accept`: stores in the order of their names, without those that were not changed. */
  changes(): StoreChanges[] {
    this.#stageStreamTime();
    return this.#all
      .map(({ name, staged }) => ({ store: name, changes: staged.changes() }))
      .filter(({ changes }) => changes.length > 0);
  }

  /**
   * Writes the staged changes into the byte stores, each with the checkpoint of its name; where none is given the one
   * before stays, and a store that never had one begins empty when it is opened again. Each store is written atomically,
   * not all of them together: after a crash their checkpoints may be of different chunks.
   */
  accept(checkpoints: Readonly<Record<string, Checkpoint>> = {}): void {
    this.#stageStreamTime();
    for (const { name, backend, staged } of this.#all) {
      const checkpoint = checkpoints[name];
      if (checkpoint || staged.mark() > 0) staged.accept(checkpoint ?? backend.checkpoint);
    }
  }

  /** Forgets what was changed since the last `accept`, the stream time included. */
  discard(): void {
    for (const { staged } of this.#all) staged.discard();
    this.#readStreamTime();
  }

  /**
   * Applies records of a store's changelog, in their order, and then the checkpoint. Nothing may be staged.
   * @throws FatalError STORE_UNKNOWN
   */
  restore(name: string, changes: Iterable<Change>, checkpoint: Checkpoint): void {
    const { backend, typed } = this.#open(name);
    let batch: Change[] = [];
    for (const change of changes) {
      batch.push(change);
      const derived = typed.derive(change);
      if (derived) batch.push(derived);
      if (batch.length < RESTORE_CHANGES) continue;
      // Still the checkpoint from before: to apply the same changes again does no harm.
      backend.apply(batch, backend.checkpoint);
      batch = [];
    }
    backend.apply(batch, checkpoint);
    this.#readStreamTime();
  }

  /** Empties a store, to be restored from the beginning. */
  clear(name: string): void {
    const { backend, staged } = this.#open(name);
    staged.discard();
    backend.clear();
    this.#readStreamTime();
  }

  /** Forgets what is staged and closes the byte stores: all of them, even where one cannot be. */
  close(): void {
    closeAll(this.#all);
  }

  #open(name: string): OpenStore {
    const store = this.#stores.get(name);
    if (store) return store;
    const known = this.names.map((each) => `"${each}"`).join(', ') || 'none';
    const message = `stage "${this.#stage}" has no state store "${name}"; its stores are: ${known}`;
    throw new FatalError('STORE_UNKNOWN', message, { where: { stage: this.#stage } });
  }

  /** In the first store only: one is enough to find it again. */
  #stageStreamTime(): void {
    const staged = this.#all[0]?.staged;
    if (staged === undefined || this.#streamTimeMs === 0) return;
    const bytes = Buffer.from(String(this.#streamTimeMs));
    if (!staged.get(STREAM_TIME_KEY)?.equals(bytes)) staged.put(STREAM_TIME_KEY, bytes);
  }

  /** In any store: another one may have been the first. */
  #readStreamTime(): void {
    const times = this.#all.map(({ backend }) => Number(backend.get(STREAM_TIME_KEY)?.toString()) || 0);
    this.#rewind(Math.max(0, ...times));
  }

  #rewind(streamTimeMs: number): void {
    this.#streamTimeMs = streamTimeMs;
    for (const { typed } of this.#all) typed.rewind(streamTimeMs);
  }
}

function closeAll(stores: readonly OpenStore[]): void {
  const errors: unknown[] = [];
  for (const { staged, backend } of stores) {
    staged.discard();
    try {
      backend.close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

function openStore(
  { stage, name }: { readonly stage: string; readonly name: string },
  spec: StoreSpec,
  createByteStore: (name: string) => ByteStore,
): OpenStore {
  const backend = createByteStore(name);
  // Remains that nobody vouches for: a key that was deleted since might no longer be in the changelog.
  if (backend.checkpoint === null && backend.size > 0) backend.clear();
  const staged = new StagedStore(backend);
  return { name, backend, staged, typed: typedStore(staged, { stage, name }, spec) };
}

function typedStore(
  staged: StagedStore,
  { stage, name }: { readonly stage: string; readonly name: string },
  spec: StoreSpec,
): OpenStore['typed'] {
  const identity = { stage, name, serde: spec.serde ?? json };
  if (spec.type === 'window') return new StagedWindowStore(staged, { ...identity, retentionMs: spec.retentionMs });
  if (spec.ttlMs === undefined) return new StagedKeyValueStore(staged, identity);
  return new ExpiringKeyValueStore(staged, { ...identity, ttlMs: spec.ttlMs });
}
