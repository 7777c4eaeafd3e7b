import type { ByteStore, Change, KeyValueStore, StoreSpec, WindowStore } from '../../pipeline/ports/store.ts';
import { MemoryByteStore } from '../../pipeline/state/memory-byte-store.ts';
import { TaskStores } from '../../pipeline/state/task-stores.ts';

/** Stores of a task in memory, and the bytes they are kept as. */
export interface OpenTask {
  readonly stores: TaskStores;
  readonly backends: ReadonlyMap<string, ByteStore>;
  readonly keyValue: (name: string) => KeyValueStore;
  readonly window: (name: string) => WindowStore;
  /** Accepts what is staged; the changes of each store as text. */
  readonly accept: () => Record<string, [key: string, value: string | null][]>;
}

export function openTask(specs: Record<string, StoreSpec>, kept: ReadonlyMap<string, ByteStore> = new Map()): OpenTask {
  const backends = new Map<string, ByteStore>(kept);
  const createByteStore = (name: string): ByteStore => {
    const backend = backends.get(name) ?? new MemoryByteStore();
    backends.set(name, backend);
    return backend;
  };
  const stores = new TaskStores({ stage: 'count', specs, createByteStore });
  let offset = 0n;
  return {
    stores,
    backends,
    keyValue: (name) => stores.store(name) as KeyValueStore,
    window: (name) => stores.store(name) as WindowStore,
    accept: () => {
      const changes = stores.changes();
      offset++;
      stores.accept(Object.fromEntries(changes.map(({ store }) => [store, { changelog: store, offset }])));
      return Object.fromEntries(changes.map(({ store, changes: each }) => [store, each.map(textOf)]));
    },
  };
}

function textOf([key, value]: Change): [string, string | null] {
  return [key.toString('latin1'), value === null ? null : value.toString('latin1')];
}
