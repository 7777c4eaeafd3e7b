import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../pipeline/ports/store.ts';
import { MemoryByteStore } from '../../pipeline/state/memory-byte-store.ts';
import { StagedStore } from '../../pipeline/state/staged-store.ts';

const checkpoint: Checkpoint = { changelog: 'counts', offset: 1n };
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const textOf = (entries: Iterable<readonly [Buffer, Buffer | null]>): [string, string | null][] =>
  [...entries].map(([key, value]) => [key.toString('latin1'), value === null ? null : value.toString('latin1')]);

function setUp(): { store: StagedStore; backend: MemoryByteStore; put: (key: string, value?: string) => void } {
  const backend = new MemoryByteStore();
  const store = new StagedStore(backend);
  return { store, backend, put: (key, value = key) => store.put(bytes(key), bytes(value)) };
}

describe('staged store', () => {
  it('shows changes to its readers before the byte store knows them', () => {
    const { store, backend, put } = setUp();
    put('a');
    store.accept(checkpoint);

    put('b');
    store.delete(bytes('a'));

    expect([store.get(bytes('a')), store.get(bytes('b'))]).toEqual([undefined, bytes('b')]);
    expect(textOf(store.range())).toEqual([['b', 'b']]);
    expect(textOf(backend.range())).toEqual([['a', 'a']]);
  });

  it('tells the last change of each key in the order of the keys, until they are accepted', () => {
    const { store, backend, put } = setUp();
    put('b', '1');
    put('a', '1');
    put('b', '2');
    store.delete(bytes('c'));

    expect(textOf(store.changes())).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', null],
    ]);
    store.accept(checkpoint);
    expect(store.changes()).toEqual([]);
    expect(backend).toMatchObject({ checkpoint, size: 2 });
  });

  it('keeps derived entries out of the changes, and writes them all the same', () => {
    const { store, backend, put } = setUp();
    put('\xfeindex');
    put('a');

    expect(textOf(store.changes())).toEqual([['a', 'a']]);
    store.accept(checkpoint);
    expect(backend.size).toBe(2);
  });

  it('takes back what was changed after a mark, and nothing before it', () => {
    const { store, put } = setUp();
    put('a', 'before');
    const mark = store.mark();
    put('a', 'after');
    put('b', 'after');
    store.delete(bytes('a'));

    store.rollback(mark);

    expect(textOf(store.changes())).toEqual([['a', 'before']]);
  });

  it('sees puts and deletes ahead of a range that is being read', () => {
    const { store, put } = setUp();
    for (const key of ['a', 'c', 'e', 'g']) put(key);
    store.accept(null);
    const seen: string[] = [];

    for (const [key] of store.range()) {
      seen.push(key.toString());
      if (key.toString() === 'a') put('b');
      if (key.toString() === 'b') store.delete(bytes('c'));
      if (key.toString() === 'e') put('g', 'new');
      store.delete(key);
    }

    expect(seen.join('')).toBe('abeg');
    expect(textOf(store.range())).toEqual([]);
  });

  it('does what a sorted map with copies of itself does', () => {
    const key = fc.constantFrom('', 'a', 'aa', 'ab', 'b', 'c', '\xfe', '\xff');
    const command = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('put'), key, value: fc.string({ maxLength: 2 }) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('delete'), key, value: fc.constant('') }) },
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constantFrom('mark', 'rollback', 'accept', 'discard'),
          key: fc.constant(''),
          value: fc.constant(''),
        }),
      },
    );

    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), key, key, (commands, from, to) => {
        const { store, backend, put } = setUp();
        let model = new Map<string, string>();
        let accepted = new Map<string, string>();
        let marks: { mark: number; model: Map<string, string> }[] = [];
        const settle = (state: Map<string, string>): void => {
          model = new Map(state);
          accepted = new Map(state);
          marks = [];
        };
        const actions: Record<string, (key: string, value: string) => void> = {
          put: (each, value) => {
            put(each, value);
            model.set(each, value);
          },
          delete: (each) => {
            store.delete(bytes(each));
            model.delete(each);
          },
          mark: () => void marks.push({ mark: store.mark(), model: new Map(model) }),
          rollback: () => {
            const last = marks.pop();
            if (!last) return;
            store.rollback(last.mark);
            ({ model } = last);
          },
          accept: () => {
            store.accept(null);
            settle(model);
          },
          discard: () => {
            store.discard();
            settle(accepted);
          },
        };
        for (const { do: action, key: each, value } of commands) actions[action]!(each, value);

        const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(textOf(store.range())).toEqual(sorted);
        expect(textOf(store.range(bytes(from), bytes(to)))).toEqual(
          sorted.filter(([each]) => each >= from && each < to),
        );
        for (const each of ['', 'a', 'ab', '\xff']) {
          expect(store.get(bytes(each))?.toString('latin1')).toBe(model.get(each));
        }
        expect(backend.size).toBe(accepted.size);
        store.accept(null);
        expect(textOf(backend.range())).toEqual(sorted);
      }),
    );
  });
});
