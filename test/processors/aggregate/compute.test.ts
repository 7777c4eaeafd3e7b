import { describe, expect, it } from 'vitest';
import { PoisonRecordError } from '../../../pipeline/index.ts';
import aggregate from '../../../processors/aggregate/index.ts';
import { statefulRun, type StatefulRun } from '../stateful-run.ts';

async function resultOf(run: StatefulRun, ...values: readonly unknown[]): Promise<unknown> {
  const outputs = await run.pipe(...values.map((value, index) => ({ atMs: index, value })));
  return run.values(outputs).at(-1);
}

describe('aggregate without a window', () => {
  it('keeps one aggregate of each key for ever, records without a key being one group', async () => {
    const run = await statefulRun(aggregate, { compute: { n: 'count' } });

    const outputs = await run.pipe(
      { atMs: 0, key: 'a' },
      { atMs: 9e12, key: 'a' },
      { atMs: 1, key: null },
      { atMs: 2, key: '' },
    );

    expect(run.values(outputs)).toEqual([
      { key: 'a', n: 1 },
      { key: 'a', n: 2 },
      { key: '', n: 1 },
      { key: '', n: 2 },
    ]);
    expect(outputs[2]).toMatchObject({ key: '', headers: { 'content-type': 'application/json' } });
  });

  it('goes on where it was when the task begins anew', async () => {
    const run = await statefulRun(aggregate, { compute: { n: 'count' } });
    await run.pipe({ atMs: 0 }, { atMs: 0 });

    await run.restart();

    expect(await resultOf(run, {})).toEqual({ key: 'a', n: 3 });
  });

  it('passes over records without a value', async () => {
    const run = await statefulRun(aggregate, { compute: { n: 'count' } });

    expect(await run.pipe({ atMs: 0, value: null })).toEqual([]);
    expect(await resultOf(run, {})).toEqual({ key: 'a', n: 1 });
  });

  it('goes on with what stayed when compute is changed, under another name as well', async () => {
    const run = await statefulRun(aggregate, { compute: { n: 'count', sum: { sum: 'v' } } });
    await run.pipe({ atMs: 0, value: { v: 5 } });

    await run.restart({ compute: { many: 'count', sum: { sum: 'w' } } });

    expect(await resultOf(run, { v: 1, w: 2 })).toEqual({ key: 'a', many: 2, sum: 2 });
  });
});

describe('the aggregates', () => {
  it('compute what they say', async () => {
    const run = await statefulRun(aggregate, {
      compute: {
        n: 'count',
        total: { sum: 'price' },
        double: { sum: 'price * 2' },
        low: { min: 'price' },
        high: { max: 'price' },
        average: { mean: 'price' },
        first: { first: 'item' },
        last: { last: 'item' },
        all: { collect: 'item', limit: 2 },
        kinds: { distinct: 'item.kind' },
        top: { topK: 'item.kind', k: 2, by: 'price' },
        dearest: { topK: 'price', k: 1 },
        tags: { distinct: 'tags' },
      },
    });

    const result = await resultOf(
      run,
      { price: 2, item: { kind: 'x' }, tags: ['a'] },
      { price: 7, item: { kind: 'y' }, tags: ['a', 'b'] },
      { price: -3, item: { kind: 'x' }, tags: ['b', 'a'] },
    );

    expect(result).toEqual({
      key: 'a',
      n: 3,
      total: 6,
      double: 12,
      low: -3,
      high: 7,
      average: 2,
      first: { kind: 'x' },
      last: { kind: 'x' },
      all: [{ kind: 'x' }, { kind: 'y' }],
      kinds: 2,
      top: ['y', 'x'],
      dearest: [7],
      tags: 3,
    });
  });

  it('do not count records of which they select nothing or null, and say so where there is none else', async () => {
    const run = await statefulRun(aggregate, {
      compute: {
        n: 'count',
        total: { sum: 'v' },
        average: { mean: 'v' },
        low: { min: 'v' },
        first: { first: 'v' },
        all: { collect: 'v' },
        kinds: { distinct: 'v' },
        top: { topK: 'v' },
      },
    });

    expect(await resultOf(run, {}, { v: null })).toEqual({
      key: 'a',
      n: 2,
      total: null,
      average: null,
      low: null,
      first: null,
      all: [],
      kinds: 0,
      top: [],
    });
    expect(await resultOf(run, { v: 4 })).toMatchObject({ n: 3, total: 4, average: 4, all: [4], kinds: 1 });
  });

  it('stop at their limits', async () => {
    const run = await statefulRun(aggregate, { compute: { kinds: { distinct: 'v', limit: 2 } } });

    expect(await resultOf(run, { v: 1 }, { v: 2 }, { v: 3 }, { v: { b: 1, a: 2 } })).toMatchObject({ kinds: 2 });
  });

  it('tell equal objects and lists, however they are written', async () => {
    const run = await statefulRun(aggregate, { compute: { kinds: { distinct: 'v' } } });

    expect(await resultOf(run, { v: { a: 1, b: 2 } }, { v: { b: 2, a: 1 } }, { v: '1' }, { v: 1 })).toMatchObject({
      kinds: 3,
    });
  });

  it('keep a sum within the numbers of JSON', async () => {
    const run = await statefulRun(aggregate, { compute: { total: { sum: 'v' } } });

    expect(await resultOf(run, { v: 1e308 }, { v: 1e308 }, { v: 1e308 })).toMatchObject({ total: Number.MAX_VALUE });
  });

  it.each([
    ['a text', '12', '"12"'],
    ['true', true, 'true'],
    ['an object', { b: 1, a: 2 }, '{"a":2,"b":1}'],
  ])('refuse %s where they need a number, and nothing of that record counts', async (_, price, shown) => {
    const run = await statefulRun(aggregate, { compute: { n: 'count', total: { sum: 'price' } } });
    await run.pipe({ atMs: 0, value: { price: 1 } });

    const refused = run.pipe({ atMs: 0, value: { price } });

    await expect(refused).rejects.toThrow(PoisonRecordError);
    await expect(refused).rejects.toMatchObject({
      code: 'AGGREGATE_INPUT_INVALID',
      message:
        `aggregate "total" needs a number, but "price" gave ${shown} for key "a" at orders-1@1; ` +
        'correct the record or the expression, such as $number(price)',
    });
    expect(await resultOf(run, { price: 1 })).toMatchObject({ n: 2, total: 2 });
  });
});
