import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Windowed } from '../../pipeline/ports/store.ts';
import { openTask } from './task-stores-setup.ts';

const specs = { counts: { type: 'window', retentionMs: 60_000 } } as const;
const told = (entries: Iterable<Windowed<unknown>>): string =>
  [...entries].map(({ key, startMs, value }) => `${key}@${startMs}=${String(value)}`).join(' ');

describe('window store', () => {
  it('keeps values by key and start', () => {
    const counts = openTask(specs).window('counts');
    counts.put('a', 0, 1);
    counts.put('a', 10, 2);
    counts.put('b', 10, 3);

    counts.delete('a', 0);

    expect([counts.get('a', 0), counts.get('a', 10), counts.get('b', 10)]).toEqual([undefined, 2, 3]);
  });

  it('fetches the windows of one key in the order of time, both ends included', () => {
    const counts = openTask(specs).window('counts');
    for (const startMs of [30, 10, 4_294_967_296, 20, 1_700_000_000_000]) counts.put('a', startMs, 1);
    for (const key of ['', 'b', 'aa', 'a\0', 'a\0\0\0\0\0\0\0\x14']) counts.put(key, 20, 2);

    expect(told(counts.fetch('a', 0, Infinity))).toBe('a@10=1 a@20=1 a@30=1 a@4294967296=1 a@1700000000000=1');
    expect(told(counts.fetch('a', 10, 20))).toBe('a@10=1 a@20=1');
    expect(told(counts.fetch('a', 20.5, 29.5))).toBe('');
    expect(told(counts.fetch('a', 20, 10))).toBe('');
    expect(told(counts.fetch('', -Infinity, 100))).toBe('@20=2');
  });

  it('fetches the windows of all keys in the order of time, then key', () => {
    const counts = openTask(specs).window('counts');
    for (const [key, startMs] of [
      ['b', 10],
      ['a', 20],
      ['a', 10],
      ['c', 5],
      ['a', 30],
    ] as const) {
      counts.put(key, startMs, startMs);
    }

    expect(told(counts.fetchAll(5, 20))).toBe('c@5=5 a@10=10 b@10=10 a@20=20');
    expect(told(counts.fetchAll(21, Number.MAX_VALUE))).toBe('a@30=30');
  });

  it('lets its reader close windows while it reads them', () => {
    const { window, accept } = openTask(specs);
    const counts = window('counts');
    for (let index = 0; index < 100; index++) counts.put(`key ${index % 10}`, index, index);
    accept();

    for (const { key, startMs } of counts.fetchAll(0, 59)) counts.delete(key, startMs);

    expect([...counts.fetchAll(0, 100)].map(({ startMs }) => startMs)).toEqual(
      Array.from({ length: 40 }, (_, index) => 60 + index),
    );
  });

  it('is the same both ways, whatever was put and deleted', () => {
    const entry = fc.record({
      key: fc.constantFrom('', 'a', 'aa', 'a\0', '\0'),
      startMs: fc.integer({ min: 0, max: 5 }),
      deleted: fc.boolean(),
    });

    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const { window, accept } = openTask(specs);
        const counts = window('counts');
        for (const [index, { key, startMs, deleted }] of entries.entries()) {
          if (deleted) counts.delete(key, startMs);
          else counts.put(key, startMs, index);
          if (index % 7 === 0) accept();
        }

        const byKey = ['', '\0', 'a', 'a\0', 'aa'].flatMap((key) => [...counts.fetch(key, 0, 9)]);
        const byTime = byKey.toSorted((a, b) => a.startMs - b.startMs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
        expect([...counts.fetchAll(0, 9)]).toEqual(byTime);
      }),
    );
  });

  it('hides what is further behind stream time than its retention, and takes nothing more of that time', () => {
    const { stores, window } = openTask(specs);
    const counts = window('counts');
    counts.put('a', 1000, 1);
    counts.put('a', 1001, 2);

    stores.advanceStreamTime(61_001);
    counts.put('late', 1000, 3);

    expect(counts.get('a', 1000)).toBeUndefined();
    expect(told(counts.fetch('a', 0, Infinity))).toBe('a@1001=2');
    expect(told(counts.fetchAll(0, Infinity))).toBe('a@1001=2');
    expect(counts.get('late', 1000)).toBeUndefined();
  });

  it('deletes expired windows a few at a time, in the changelog too', () => {
    const { stores, window, accept, backends } = openTask(specs);
    for (let index = 0; index < 100; index++) window('counts').put(`key ${index}`, index % 3, index);
    accept();

    const deleted = [];
    for (let record = 0; record < 20; record++) {
      stores.advanceStreamTime(100_000 + record);
      deleted.push(accept().counts!.filter(([, value]) => value === null).length);
    }

    expect(deleted.reduce((sum, each) => sum + each)).toBe(100);
    expect(Math.max(...deleted)).toBeLessThan(50);
    expect(backends.get('counts')!.size).toBe(1); // the stream time
  });

  it('sweeps windows that came late, and those whose sweeping was taken back', () => {
    const { stores, window, accept, backends } = openTask(specs);
    const counts = window('counts');
    counts.put('a', 50_000, 1);
    stores.advanceStreamTime(100_000);
    counts.put('late', 41_000, 2);
    accept();
    const mark = stores.mark();
    stores.advanceStreamTime(500_000);
    expect(told(counts.fetchAll(0, Infinity))).toBe('');

    stores.rollback(mark);

    expect(told(counts.fetchAll(0, Infinity))).toBe('late@41000=2 a@50000=1');
    stores.advanceStreamTime(200_000);
    accept();
    expect(backends.get('counts')!.size).toBe(1);
  });

  it.each([-1, 0.5, NaN, Infinity])('refuses a window that starts at %d', (startMs) => {
    expect(() => openTask(specs).window('counts').put('a', startMs, 1)).toThrow(
      expect.objectContaining({
        code: 'STORE_TIME_INVALID',
        message: `a window cannot start at ${startMs}; give whole milliseconds since 1970, 0 or more`,
      }),
    );
  });
});
