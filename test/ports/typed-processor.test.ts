import { expect, expectTypeOf, test } from 'vitest';
import { defineProcessor, readJson, z, type ConsumerRecord } from '../../pipeline/index.ts';
import { aRecord } from '../task/records.ts';
import { createTestDriver } from '../../pipeline/testing/index.ts';

const topology = `
name: typed
defaults: { onError: { retries: 0 } }
topics: { orders: {} }
stages:
  priced: { from: orders, process: price, to: { default: prices, odd: odd } }
`;

const price = defineProcessor({
  name: 'price',
  summary: 'Prices.',
  options: z.strictObject({ vat: z.number().default(0) }),
  inputValue: z.object({ amount: z.number(), tags: z.array(z.string()).default([]) }),
  outputValue: z.object({ total: z.number().max(1000), kind: z.enum(['large', 'small']), tags: z.array(z.string()) }),
  outputs: ['odd'],
  process({ value }, context) {
    expectTypeOf(value).toEqualTypeOf<{ amount: number; tags: string[] }>();
    expectTypeOf(context.options).toEqualTypeOf<{ vat: number }>();
    if (value.amount < 0) return { value: null };
    const total = value.amount * (1 + context.options.vat);
    if (value.amount % 2 === 1) context.forward({ to: 'odd', value: { total, kind: 'small', tags: ['odd'] } });
    return [{ value: { total, kind: total > 10 ? 'large' : 'small', tags: value.tags } }];
  },
});

test('values of a processor are JSON that its schemas have checked', async () => {
  const driver = await createTestDriver({ topology, processors: [price] });

  await driver.pipeInput('orders', [
    { key: 'a', value: { amount: 3 } },
    { key: 'a', value: { amount: 40, tags: ['x'] } },
    { key: 'a', value: { amount: -1 } },
  ]);

  expect(driver.readOutput('prices')).toMatchObject([
    { value: { total: 3, kind: 'small', tags: [] }, headers: { 'content-type': 'application/json' } },
    { value: { total: 40, kind: 'large', tags: ['x'] } },
    { value: null },
  ]);
  expect(driver.readOutput('odd')).toMatchObject([{ value: { total: 3, kind: 'small', tags: ['odd'] } }]);
  await driver.close();
});

test.each([
  ['no JSON', 'amount: 3', /^the value of orders-\d@0 is no JSON: .*; correct its producer, or the schema$/],
  ['another type', { amount: 'three' }, /^the value of orders-\d@0 is not as the schema says: amount: .*number/],
  ['no value', null, /^the value of orders-\d@0 is not as the schema says: .*null/],
  ['an output too large', { amount: 2000 }, /^processor "price" made a value that .*: total: .*1000.*outputValue$/],
])('%s is a dead letter at once', async (_, value, message) => {
  const driver = await createTestDriver({ topology, processors: [price] });

  await driver.pipeInput('orders', [{ key: 'a', value }]);

  const [letter] = driver.deadLetters('priced');
  expect(letter).toMatchObject({ code: 'VALUE_UNREADABLE', attempts: 1 });
  expect(letter!.message).toMatch(message);
  await driver.close();
});

test('a prepared processor and its punctuations have typed values as well', async () => {
  const counter = defineProcessor({
    name: 'counter',
    summary: 'Counts.',
    options: z.strictObject({}),
    inputValue: z.object({ by: z.int() }),
    outputValue: z.object({ count: z.int(), of: z.literal('all') }),
    create: () => {
      let count = 0;
      return {
        process: async ({ value }) => {
          expectTypeOf(value).toEqualTypeOf<{ by: number }>();
          count += value.by;
        },
        schedule: [{ on: 'wallClockTime', everyMs: 60_000, punctuate: () => ({ value: { count, of: 'all' } }) }],
      };
    },
  });
  const counting = 'name: c\ntopics: { in: {} }\nstages: { count: { from: in, process: counter, to: out } }\n';
  const driver = await createTestDriver({ topology: counting, processors: [counter] });

  await driver.pipeInput('in', [{ key: 'a', value: { by: 2 } }]);
  await driver.advanceTime(60_000);

  expect(driver.readOutput('out').map(({ value }) => value)).toEqual([{ count: 2, of: 'all' }]);
  await driver.close();
});

test('without schemas values are bytes, and what does not fit does not compile', () => {
  const options = z.strictObject({});
  const told = { name: 'p', summary: 'P.', options };
  const bytes = defineProcessor({
    ...told,
    process: ({ value }) => {
      expectTypeOf(value).toEqualTypeOf<Buffer | null>();
      return { value };
    },
  });
  const typed = { ...told, outputValue: z.object({ kind: z.enum(['a', 'b']) }) };

  expect(bytes.kind).toBe('processor');
  // @ts-expect-error -- c is none of the words
  defineProcessor({ ...typed, process: () => ({ value: { kind: 'c' } }) });
  // @ts-expect-error -- nothing says how a number is written
  defineProcessor({ ...told, process: () => ({ value: 1 }) });
  expectTypeOf<ConsumerRecord<{ a: 1 }>['value']>().toEqualTypeOf<{ a: 1 }>();
});

test('readJson reads a tombstone as null', () => {
  expect(readJson(aRecord({ value: null }), z.object({}).nullable())).toBe(null);
});
