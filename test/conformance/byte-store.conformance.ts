import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ByteStore, Change, Checkpoint } from '../../pipeline/ports/store.ts';

/** A backend under test. */
export interface ByteStoreCase {
  readonly name: string;
  /** An empty store. */
  readonly open: () => ByteStore;
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const put = (key: string, value: string): Change => [bytes(key), bytes(value)];
const remove = (key: string): Change => [bytes(key), null];
const textOf = (entries: Iterable<readonly [Buffer, Buffer]>): (readonly [string, string])[] =>
  [...entries].map(([key, value]) => [key.toString('latin1'), value.toString('latin1')] as const);
const at = (offset: bigint): Checkpoint => ({ changelog: 'orders-counts-changelog', offset });

/** What every byte store must do, wherever it keeps its bytes. */
export function byteStoreConformance({ name, open }: ByteStoreCase): void {
  const opened = (): ByteStore => {
    const store = open();
    onTestFinished(() => store.close());
    return store;
  };

  describe(`byte store ${name}`, () => {
    it('begins empty and without a checkpoint', () => {
      const store = opened();

      expect(textOf(store.range())).toEqual([]);
      expect(store.get(bytes('a'))).toBeUndefined();
      expect(store).toMatchObject({ size: 0, checkpoint: null });
    });

    it('keeps the last change of each key', () => {
      const store = opened();

      store.apply([put('a', '1'), put('b', '1'), put('a', '2'), remove('b'), remove('never there')], null);
      store.apply([put('c', '')], null);

      expect(textOf(store.range())).toEqual([
        ['a', '2'],
        ['c', ''],
      ]);
      expect(store.get(bytes('c'))).toEqual(Buffer.alloc(0));
      expect(store.size).toBe(2);
    });

    it('tells entries in the order of their keys as bytes, the shorter first', () => {
      const store = opened();
      const keys = ['\xff\xff', '\xff', 'é', 'b', 'a\0', 'a', 'B', '\0', ''];

      store.apply(
        keys.map((key) => put(key, key)),
        null,
      );

      expect(textOf(store.range())).toEqual(keys.toReversed().map((key) => [key, key]));
    });

    it('bounds a range by its first key, included, and its last, excluded', () => {
      const store = opened();
      store.apply(
        ['a', 'b', 'c', 'd'].map((key) => put(key, key)),
        null,
      );
      const keysOf = (from?: string, to?: string): string =>
        textOf(store.range(from === undefined ? undefined : bytes(from), to === undefined ? undefined : bytes(to)))
          .map(([key]) => key)
          .join('');

      expect([keysOf('b'), keysOf(undefined, 'c'), keysOf('b', 'd'), keysOf('aa', 'bb')]).toEqual([
        'bcd',
        'ab',
        'bc',
        'b',
      ]);
      expect([keysOf('c', 'c'), keysOf('d', 'a'), keysOf('e'), keysOf(undefined, '')]).toEqual(['', '', '', '']);
    });

    it('may be changed after a range was left early', () => {
      const store = opened();
      store.apply([put('a', '1'), put('b', '1')], null);

      for (const [key] of store.range()) if (key.toString() === 'a') break;
      store.apply([put('b', '2')], null);

      expect(store.get(bytes('b'))?.toString()).toBe('2');
    });

    it('applies nothing where the changes end with an error', () => {
      const store = opened();
      store.apply([put('a', '1')], at(1n));
      function* failing(): Generator<Change> {
        yield put('a', '2');
        yield put('b', '2');
        throw new Error('the changelog broke off');
      }

      expect(() => store.apply(failing(), at(2n))).toThrow('the changelog broke off');

      expect(textOf(store.range())).toEqual([['a', '1']]);
      expect(store.checkpoint).toEqual(at(1n));
    });

    it('has the checkpoint of the last change applied, and none after one without', () => {
      const store = opened();

      store.apply([put('a', '1')], at(9_007_199_254_740_993n));
      expect(store).toMatchObject({ checkpoint: at(9_007_199_254_740_993n), size: 1 });

      store.apply([], null);
      expect(store).toMatchObject({ checkpoint: null, size: 1 });
    });

    it('forgets entries and checkpoint when it is cleared, and can be filled again', () => {
      const store = opened();
      store.apply([put('a', '1')], at(1n));

      store.clear();

      expect(textOf(store.range())).toEqual([]);
      expect(store).toMatchObject({ checkpoint: null, size: 0 });
      store.apply([put('b', '1')], at(2n));
      expect(textOf(store.range())).toEqual([['b', '1']]);
    });

    it('keeps its own copy of what it is given', () => {
      const store = opened();
      const value = Buffer.alloc(4000, 'a');

      store.apply([[bytes('a'), value]], null);
      value.fill('b');

      expect(store.get(bytes('a'))).toEqual(Buffer.alloc(4000, 'a'));
    });

    it('takes values of several megabytes', () => {
      const store = opened();
      const value = Buffer.alloc(5_000_000, 'tapline');

      store.apply([[bytes('large'), value], put('small', '1')], at(1n));

      expect(store.get(bytes('large'))?.equals(value)).toBe(true);
      expect(textOf(store.range(bytes('m')))).toEqual([['small', '1']]);
    });

    it('does what a sorted map does', () => {
      const key = fc.oneof(
        fc.constantFrom('', 'a', 'b', 'ab', 'a\0', '\xff'),
        fc.string({ unit: 'binary-ascii', maxLength: 3 }),
      );
      const change = fc.tuple(key, fc.option(fc.string({ unit: 'binary-ascii', maxLength: 5 })));
      const store = opened();

      fc.assert(
        fc.property(fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 6 }), key, key, (batches, from, to) => {
          store.clear();
          const model = new Map<string, string>();
          for (const batch of batches) {
            store.apply(
              batch.map(([each, value]) => (value === null ? remove(each) : put(each, value))),
              null,
            );
            for (const [each, value] of batch) {
              if (value === null) model.delete(each);
              else model.set(each, value);
            }
          }
          const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1));

          expect(textOf(store.range())).toEqual(sorted);
          expect(textOf(store.range(bytes(from), bytes(to)))).toEqual(
            sorted.filter(([each]) => each >= from && each < to),
          );
          expect(store.size).toBe(model.size);
        }),
      );
    });
  });
}
