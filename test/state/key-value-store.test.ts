import { describe, expect, it } from 'vitest';
import { FatalError, PoisonRecordError } from '../../pipeline/errors/pipeline-error.ts';
import { bytes, json, string } from '../../pipeline/state/serdes.ts';
import { openTask } from './task-stores-setup.ts';

describe('key-value store', () => {
  it('keeps JSON values by key', () => {
    const { keyValue } = openTask({ totals: { type: 'keyValue' } });
    const totals = keyValue('totals');

    totals.put('café', { count: 2, items: ['a'] });
    totals.put('', null);

    expect(totals.get('café')).toEqual({ count: 2, items: ['a'] });
    expect(totals.get('')).toBeNull();
    expect(totals.get('tea')).toBeUndefined();
    totals.delete('café');
    expect(totals.get('café')).toBeUndefined();
  });

  it('gives a range in the order of the keys as UTF-8, its end excluded', () => {
    const { keyValue } = openTask({ totals: { type: 'keyValue' } });
    const totals = keyValue('totals');
    for (const key of ['😀', '～', 'é', 'b', 'a', '']) totals.put(key, key);

    const keys = (bounds?: { from?: string; to?: string }): string[] => [...totals.range(bounds)].map(([key]) => key);
    expect(keys()).toEqual(['', 'a', 'b', 'é', '～', '😀']);
    expect(keys({ from: 'b', to: '～' })).toEqual(['b', 'é']);
    expect(keys({ from: 'c' })).toEqual(['é', '～', '😀']);
  });

  it('uses the serde of its declaration', () => {
    const { keyValue, accept } = openTask({
      names: { type: 'keyValue', serde: string },
      pictures: { type: 'keyValue', serde: bytes },
    });

    keyValue('names').put('1', 'plain text');
    keyValue('pictures').put('1', Buffer.from([0xff, 0xd8]));

    expect(keyValue('pictures').get('1')).toEqual(Buffer.from([0xff, 0xd8]));
    expect(accept()).toEqual({ names: [['1', 'plain text']], pictures: [['1', '\xff\xd8']] });
  });

  it('refuses what JSON has no word for', () => {
    const { keyValue } = openTask({ totals: { type: 'keyValue' } });

    expect(() => keyValue('totals').put('a', undefined)).toThrow('JSON has no word for undefined');
  });

  it('refuses a key that is too long for a disk', () => {
    const { keyValue } = openTask({ totals: { type: 'keyValue' } });

    keyValue('totals').put('é'.repeat(950), 1);

    expect(() => keyValue('totals').put('é'.repeat(951), 1)).toThrow(PoisonRecordError);
    expect(() => keyValue('totals').get('x'.repeat(2000))).toThrow(
      `a key of 2000 bytes ("${'x'.repeat(40)}...") is too long for a store; use one of 1900 at most`,
    );
  });

  it('says which store holds a value that its serde cannot read', () => {
    const { keyValue, stores, backends } = openTask({ totals: { type: 'keyValue', serde: string } });
    keyValue('totals').put('a', 'no JSON');
    stores.accept({ totals: { changelog: 'totals', offset: 1n } });
    const changed = openTask({ totals: { type: 'keyValue', serde: json } }, backends).keyValue('totals');

    expect(() => changed.get('a')).toThrow(FatalError);
    expect(() => changed.get('a')).toThrow(
      'store "totals" of stage "count" holds a value that its serde "json" cannot read',
    );
  });
});

describe('key-value store with a time to live', () => {
  const specs = { seen: { type: 'keyValue', ttlMs: 1000 } } as const;

  it('hides an entry that was not written for so long in stream time', () => {
    const { stores, keyValue } = openTask(specs);
    const seen = keyValue('seen');
    stores.advanceStreamTime(10_000);
    seen.put('a', 1);
    seen.put('b', 1);
    stores.advanceStreamTime(10_999);
    expect(seen.get('a')).toBe(1);

    seen.put('b', 2);
    stores.advanceStreamTime(11_000);

    expect(seen.get('a')).toBeUndefined();
    expect([...seen.range()]).toEqual([['b', 2]]);
  });

  it('deletes expired entries a few at a time, in the changelog too', () => {
    const { stores, keyValue, accept, backends } = openTask(specs);
    stores.advanceStreamTime(10_000);
    for (let index = 0; index < 100; index++) keyValue('seen').put(`key ${index}`, index);
    accept();

    let deleted = 0;
    let most = 0;
    for (let record = 0; record < 20; record++) {
      stores.advanceStreamTime(20_000 + record);
      const swept = accept().seen!.filter(([, value]) => value === null).length;
      most = Math.max(most, swept);
      deleted += swept;
    }

    expect(deleted).toBe(100);
    expect(most).toBeLessThan(50);
    expect(backends.get('seen')!.size).toBe(1); // the stream time
  });

  it('keeps an entry that was written again and again', () => {
    const { stores, keyValue, accept, backends } = openTask(specs);
    for (let timeMs = 10_000; timeMs < 20_000; timeMs += 100) {
      stores.advanceStreamTime(timeMs);
      keyValue('seen').put('a', timeMs);
      keyValue('seen').put(`once at ${timeMs}`, timeMs);
      accept();
    }

    expect(keyValue('seen').get('a')).toBe(19_900);
    expect([...keyValue('seen').range()]).toHaveLength(11);
    expect(backends.get('seen')!.size).toBeLessThan(60);
  });

  it('sweeps all the same after its time to live was changed', () => {
    const { stores, keyValue, accept, backends } = openTask(specs);
    for (let timeMs = 10_000; timeMs < 10_500; timeMs += 10) {
      stores.advanceStreamTime(timeMs);
      keyValue('seen').put(`at ${timeMs}`, timeMs);
    }
    accept();
    const changed = openTask({ seen: { type: 'keyValue', ttlMs: 400 } }, backends);

    expect([...changed.keyValue('seen').range()]).toHaveLength(40);
    for (let record = 0; record < 50; record++) changed.stores.advanceStreamTime(12_000 + record);
    changed.accept();

    expect(backends.get('seen')!.size).toBe(1);
  });
});
