import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { compileExpression, compileExpressions } from '../../pipeline/index.ts';
import { followPath, parsePlainPath, UNDECIDED } from '../../pipeline/expression/plain-path.ts';
import { plainRecord } from '../processors/frame-records.ts';

const NAMES = ['a', 'b', 'constructor', '__proto__', 'length', 'toString'];

const name = fc.constantFrom(...NAMES);
const { data } = fc.letrec<{ data: unknown }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(0, 1, '', 'x', true, false, null),
    fc.dictionary(name, tie('data'), { maxKeys: 4 }),
    fc.array(tie('data'), { maxLength: 3 }),
  ),
}));
const plainPath = fc
  .tuple(fc.constantFrom('', '$.'), fc.array(name, { minLength: 1, maxLength: 4 }))
  .map(([start, names]) => start + names.join('.'));

async function jsonataSays(text: string, json: string): Promise<string | undefined> {
  return JSON.stringify(await jsonata(text).evaluate(JSON.parse(json)));
}

describe('a plain path', () => {
  it('leads where JSONata finds its value, with lists on the way as well', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(plainPath, fc.constant('$')), data, async (text, value) => {
        const json = JSON.stringify(value);
        const record = plainRecord(json, { 'content-type': 'application/json' });
        const expected = await jsonataSays(text, json);

        expect(JSON.stringify(await compileExpression(text).evaluate(record))).toBe(expected);
        expect(JSON.stringify((await compileExpressions([text])(record))[0])).toBe(expected);
        expect(await compileExpression(text).matches(record)).toBe(
          (await jsonata(`$boolean(${text})`).evaluate(JSON.parse(json))) ?? false,
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a', ['a']],
    [' $.total.price ', ['total', 'price']],
    ['_x1.Y', ['_x1', 'Y']],
    ['$', []],
  ])('is %s', (text, path) => {
    expect(parsePlainPath(text)).toEqual(path);
  });

  it.each([
    'a + 1',
    'a[0]',
    '$record.key',
    '$a',
    'true',
    'a.and',
    'null',
    '`a b`',
    'a.*',
    'a."b"',
    '1',
    "'a'",
    '$$',
    'a..b',
    '',
  ])('is not %s', (text) => {
    expect(parsePlainPath(text)).toBeNull();
  });

  it('is left to JSONata where a list is on the way', () => {
    expect(followPath({ a: [{ b: 1 }] }, ['a', 'b'])).toBe(UNDECIDED);
    expect(followPath({ a: [1] }, ['a'])).toBe(UNDECIDED);
    expect(followPath([], [])).toBe(UNDECIDED);
  });
});

describe('expressions that are read together', () => {
  it('are there at once where all are plain paths', () => {
    const values = compileExpressions(['a.b', 'c', 'nothing.there'])(plainRecord('{"a": {"b": 1}, "c": null}'));

    expect(values).toEqual([1, null, undefined]);
  });

  it('keep their order where JSONata has to be asked for some', async () => {
    const values = compileExpressions(['a * 2', 'a', 'list', '$record.offset'])(plainRecord('{"a": 2, "list": [3]}'));

    expect(await values).toEqual([4, 2, [3], '42']);
  });

  it('say nothing of a record when there are none', () => {
    expect(compileExpressions([])(plainRecord('{"half', { 'content-type': 'application/json' }))).toEqual([]);
  });

  it('make a record that is no JSON a poison record', () => {
    const read = (): unknown =>
      compileExpressions(['a'])(plainRecord('{"half', { 'content-type': 'application/json' }));

    expect(read).toThrow(expect.objectContaining({ code: 'EXPRESSION_FAILED' }));
  });
});
