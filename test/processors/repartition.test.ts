import { describe, expect, it } from 'vitest';
import { PoisonRecordError } from '../../pipeline/index.ts';
import repartition from '../../processors/repartition.ts';
import { statefulRun } from './stateful-run.ts';

describe('repartition', () => {
  it.each([
    ['a text', 'customer.id', { customer: { id: 'c1' } }, 'c1'],
    ['a number', 'n', { n: 12.5 }, '12.5'],
    ['an empty text', 'n', { n: '' }, ''],
    ['what JSONata makes of several', "first & '-' & last", { first: 'x', last: 'y' }, 'x-y'],
  ])('makes %s the key, and changes nothing else', async (...[, key, value, expected]) => {
    const run = await statefulRun(repartition, { key });

    const outputs = await run.pipe({ atMs: 0, key: 'old', value });

    expect(outputs).toEqual([{ key: expected, value: Buffer.from(JSON.stringify(value)) }]);
  });

  it.each([
    ['nothing', {}, 'nothing'],
    ['null', { id: null }, 'null'],
    ['true', { id: true }, 'true'],
    ['a list', { id: [1, 2] }, '[1,2]'],
  ])('refuses %s as a key', async (_, value, shown) => {
    const run = await statefulRun(repartition, { key: 'id' });

    const refused = run.pipe({ atMs: 0, value });

    await expect(refused).rejects.toThrow(PoisonRecordError);
    await expect(refused).rejects.toMatchObject({
      code: 'KEY_INVALID',
      where: { topic: 'orders', partition: 1, offset: 0n },
      message: `the key expression "id" gave ${shown} for the record at orders-1@0; make it give a text or a number for every record`,
    });
  });
});
