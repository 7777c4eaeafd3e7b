import { describe, expect, it } from 'vitest';
import { PoisonRecordError, UserError, checkExpression, compileExpression } from '../../pipeline/index.ts';
import { frameMeta, frameRecord, plainRecord } from '../processors/frame-records.ts';

describe('an expression', () => {
  it.each([
    ['JSON', plainRecord('{"a": 1}'), { a: 1 }],
    ['JSON that is a list', plainRecord('[1, 2]'), [1, 2]],
    ['text', plainRecord('ERROR disk full'), 'ERROR disk full'],
    ['text, by its type, that could be a number', plainRecord('12', { 'content-type': 'text/plain' }), '12'],
    ['no value', plainRecord(null), undefined],
    ['bytes', plainRecord(Buffer.from([255, 1]), { 'content-type': 'application/octet-stream' }), undefined],
    ['a frame', frameRecord(Buffer.from('{}'), 'image/jpeg'), frameMeta()],
    ['the JSON made of a frame', frameRecord(Buffer.from('{"count": 2}'), 'application/json'), { count: 2 }],
  ])('sees as its root the content of %s', async (_, record, root) => {
    const value = await compileExpression('$').evaluate(record);

    expect(value).toEqual(root);
  });

  it('sees key, headers and place of the record as $record', async () => {
    const record = plainRecord('{}', { 'content-type': 'application/json', level: Buffer.from('warn') });

    expect(await compileExpression('$record').evaluate(record)).toEqual({
      key: 'cam1',
      headers: { 'content-type': 'application/json', level: 'warn' },
      topic: 'frames.in',
      partition: 1,
      offset: '42',
      timestamp: 1_795_224_600_123,
    });
  });

  it.each([
    ['true', true],
    ['n > 1', true],
    ['n > 9', false],
    ['n', true],
    ['zero', false],
    ['empty', false],
    ['nothing.there', false],
    ['list', true],
    ['list[$ = 0]', false],
    ["'false'", true],
    ['null', false],
    ['{}', false],
  ])('matches as $boolean says: %s is %s', async (text, isMatch) => {
    const record = plainRecord('{"n": 2, "zero": 0, "empty": "", "list": [0, 1]}');

    expect(await compileExpression(text).matches(record)).toBe(isMatch);
  });

  it('that is no JSONata is refused with the character', () => {
    const compile = (): unknown => compileExpression("objects[label='person'");

    expect(compile).toThrow(UserError);
    expect(compile).toThrow(
      `expression "objects[label='person'" is no JSONata at character 23: Expected "]" before end of expression; correct it there`,
    );
    expect(checkExpression('a +')).toEqual({ message: 'Unexpected end of expression', position: 3 });
    expect(checkExpression('')).toMatchObject({ position: 0 });
    expect(checkExpression('a + 1')).toBeNull();
  });

  it('that fails on a record makes it a poison record, naming the place', async () => {
    const failed = compileExpression('name + 1').evaluate(plainRecord('{"name": "x"}'));

    await expect(failed).rejects.toThrow(PoisonRecordError);
    await expect(failed).rejects.toMatchObject({
      code: 'EXPRESSION_FAILED',
      retriable: false,
      where: { topic: 'frames.in', partition: 1, offset: 42n },
      message:
        'expression "name + 1" failed on frames.in-1@42: The left side of the "+" operator must evaluate to a number; make it fit this record',
    });
  });

  it('refuses a record whose type promises JSON that is none', async () => {
    const record = plainRecord('{"half', { 'content-type': 'application/cloudevents+json; charset=utf-8' });

    await expect(compileExpression('$').evaluate(record)).rejects.toMatchObject({ code: 'EXPRESSION_FAILED' });
  });

  it.each([
    ['an endless loop', '($again := function() { $again() }; $again())'],
    ['an endless loop in $eval', "$eval('($again := function() { $again() }; $again())')"],
    ['a bottomless recursion', '($down := function($n) { 1 + $down($n + 1) }; $down(0))'],
    ['a list that fills the memory', '[0..9999999]'],
    ['a text that fills the memory', "$pad('x', 9999999999)"],
    ['a function in place of data', 'function($x) { $x }'],
    ['a function inside of data', "{ 'f': $sum }"],
  ])('never hangs or fills its worker: %s', async (_, text) => {
    const startedAt = performance.now();

    await expect(compileExpression(text).evaluate(plainRecord('{}'))).rejects.toMatchObject({
      code: 'EXPRESSION_FAILED',
    });

    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it('reaches neither prototypes nor the process', async () => {
    const evaluate = (text: string): Promise<unknown> => compileExpression(text).evaluate(plainRecord('{"a": {}}'));

    expect(await evaluate('a.constructor')).toBeUndefined();
    expect(await evaluate('a.__proto__')).toBeUndefined();
    expect(await evaluate('process')).toBeUndefined();
  });
});
