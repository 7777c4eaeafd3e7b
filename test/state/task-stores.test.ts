import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FatalError } from '../../pipeline/errors/pipeline-error.ts';
import type { ByteStore, Change, KeyValueStore, WindowStore } from '../../pipeline/ports/store.ts';
import { DiskByteStore } from '../../pipeline/state/disk-byte-store.ts';
import { MemoryByteStore } from '../../pipeline/state/memory-byte-store.ts';
import { TaskStores } from '../../pipeline/state/task-stores.ts';
import { stateFolder } from './state-folder.ts';
import { openTask } from './task-stores-setup.ts';

const specs = {
  counts: { type: 'window', retentionMs: 60_000 },
  recent: { type: 'keyValue', ttlMs: 1000 },
  totals: { type: 'keyValue' },
} as const;

describe('stores of a task', () => {
  it('tells the changes of each store that has any, by name', () => {
    const { keyValue, window, accept } = openTask(specs);
    keyValue('totals').put('a', 1);
    window('counts').put('b', 258, 2);

    expect(accept()).toEqual({ counts: [['b\0\0\0\0\0\0\x01\x02', '2']], totals: [['a', '1']] });
    expect(accept()).toEqual({});
  });

  it('says which stores there are when asked for another', () => {
    const { stores } = openTask(specs);

    expect(() => stores.store('total')).toThrow(FatalError);
    expect(() => stores.store('total')).toThrow(
      expect.objectContaining({
        code: 'STORE_UNKNOWN',
        message: 'stage "count" has no state store "total"; its stores are: "counts", "recent", "totals"',
        where: { stage: 'count' },
      }),
    );
    expect(() => openTask({}).stores.store('a')).toThrow('its stores are: none');
  });

  it('keeps the checkpoint of a store that is given none', () => {
    const { stores, keyValue } = openTask(specs);
    keyValue('totals').put('a', 1);
    stores.accept({ totals: { changelog: 'totals', offset: 5n } });
    keyValue('totals').put('a', 2);

    stores.accept({ recent: { changelog: 'recent', offset: 1n } });

    expect(stores.checkpoint('totals')).toEqual({ changelog: 'totals', offset: 5n });
    expect(stores.checkpoint('recent')).toEqual({ changelog: 'recent', offset: 1n });
    expect(stores.checkpoint('counts')).toBeNull();
  });

  it('takes back what one record changed in all stores, with its stream time', () => {
    const { stores, keyValue, window, accept } = openTask(specs);
    stores.advanceStreamTime(1000);
    keyValue('totals').put('a', 1);
    const mark = stores.mark();
    stores.advanceStreamTime(9_999_999);
    keyValue('totals').put('a', 2);
    keyValue('recent').put('a', 2);
    window('counts').put('a', 9_999_000, 2);

    stores.rollback(mark);

    expect(stores.streamTimeMs).toBe(1000);
    expect(accept()).toEqual({ counts: [['\xffstreamTime', '1000']], totals: [['a', '1']] });
  });

  it('forgets everything since the last accept, with its stream time', () => {
    const { stores, keyValue, accept } = openTask(specs);
    stores.advanceStreamTime(1000);
    keyValue('recent').put('a', 1);
    accept();
    stores.advanceStreamTime(5000);
    keyValue('recent').put('a', 2);

    stores.discard();

    expect(stores.streamTimeMs).toBe(1000);
    expect(keyValue('recent').get('a')).toBe(1);
    expect(accept()).toEqual({});
  });

  it('never moves stream time backwards', () => {
    const { stores } = openTask(specs);
    expect(stores.streamTimeMs).toBe(0);

    stores.advanceStreamTime(1000);
    stores.advanceStreamTime(-1);

    expect(stores.streamTimeMs).toBe(1000);
  });

  it('is the same after its changelogs were restored, stream time and expiry included', () => {
    const before = openTask(specs);
    const logs = new Map<string, Change[]>();
    for (let index = 0; index < 50; index++) {
      before.stores.advanceStreamTime(100_000 + index * 100);
      before.keyValue('totals').put(`key ${index % 7}`, index);
      before.keyValue('recent').put(`key ${index % 20}`, index);
      before.window('counts').put(`key ${index % 3}`, 90_000 + index * 100, index);
      if (index % 5 === 0) before.window('counts').delete('key 1', 90_000 + index * 100);
      for (const { store, changes } of before.stores.changes()) {
        logs.set(store, [...(logs.get(store) ?? []), ...changes]);
      }
      before.accept();
    }

    const after = openTask(specs);
    for (const [store, changes] of logs) after.stores.restore(store, changes, { changelog: store, offset: 99n });

    expect(after.stores.streamTimeMs).toBe(104_900);
    expect(after.stores.checkpoint('counts')).toEqual({ changelog: 'counts', offset: 99n });
    expect(after.stores.changes()).toEqual([]);
    const contents = ({ keyValue, window }: typeof after): unknown[] => [
      ...keyValue('totals').range(),
      ...keyValue('recent').range(),
      ...window('counts').fetchAll(0, Infinity),
    ];
    expect(contents(after)).toEqual(contents(before));
    for (const task of [before, after]) {
      for (let record = 0; record < 20; record++) task.stores.advanceStreamTime(500_000 + record);
      task.accept();
      expect([...task.backends].map(([name, { size }]) => [name, size])).toEqual([
        ['counts', 1],
        ['recent', 0],
        ['totals', 7],
      ]);
    }
  });

  it('begins empty where a byte store has entries without a checkpoint', () => {
    const backend = new MemoryByteStore();
    backend.apply([[Buffer.from('a'), Buffer.from('1')]], null);

    const { keyValue } = openTask(specs, new Map<string, ByteStore>([['totals', backend]]));

    expect(keyValue('totals').get('a')).toBeUndefined();
  });

  it('closes the stores already open when one of them cannot be opened', () => {
    const closed: string[] = [];
    const createByteStore = (name: string): ByteStore => {
      if (name === 'totals') throw new Error('no room');
      return Object.assign(new MemoryByteStore(), { close: () => void closed.push(name) });
    };

    expect(() => new TaskStores({ stage: 'count', specs, createByteStore })).toThrow('no room');
    expect(closed).toEqual(['counts', 'recent']);
  });

  it('finds everything again on disk', () => {
    const folder = stateFolder();
    const open = (): TaskStores => {
      const createByteStore = (name: string): ByteStore => new DiskByteStore(join(folder, name));
      const stores = new TaskStores({ stage: 'count', specs, createByteStore });
      onTestFinished(() => stores.close());
      return stores;
    };
    const first = open();
    first.advanceStreamTime(100_000);
    (first.store('totals') as KeyValueStore).put('a', { count: 1 });
    (first.store('counts') as WindowStore).put('a', 90_000, 1);
    (first.store('recent') as KeyValueStore).put('kept back', 1);
    first.accept({ totals: { changelog: 'totals', offset: 3n }, counts: { changelog: 'counts', offset: 4n } });
    (first.store('totals') as KeyValueStore).put('b', 'never accepted');
    first.close();

    const second = open();

    expect(second.streamTimeMs).toBe(100_000);
    expect([...(second.store('totals') as KeyValueStore).range()]).toEqual([['a', { count: 1 }]]);
    expect((second.store('counts') as WindowStore).get('a', 90_000)).toBe(1);
    expect(second.checkpoint('totals')).toEqual({ changelog: 'totals', offset: 3n });
    expect(second.checkpoint('recent')).toBeNull();
    expect((second.store('recent') as KeyValueStore).get('kept back')).toBeUndefined();
  });
});
