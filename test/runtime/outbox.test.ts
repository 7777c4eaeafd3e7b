import { expect, test } from 'vitest';
import { Outbox } from '../../pipeline/runtime/outbox.ts';

interface Entry {
  readonly key: string;
  readonly bytes: number;
}

function record(name: string, bytes = 1): Entry {
  return { key: name, bytes };
}

function keys(records: readonly { readonly key: unknown }[]): unknown[] {
  return records.map(({ key }) => key);
}

test('lets the oldest records fall out when it is full', () => {
  const outbox = new Outbox<Entry>({ records: 2, bytes: 1000 });

  const fallen = ['a', 'b', 'c', 'd'].flatMap((name) => outbox.push(record(name)));

  expect(keys(fallen)).toEqual(['a', 'b']);
  expect(keys(outbox.take(1000))).toEqual(['c', 'd']);
});

test('is bounded by bytes too, and still takes a record larger than the bound', () => {
  const outbox = new Outbox<Entry>({ records: 100, bytes: 10 });
  outbox.push(record('small', 4));

  const fallen = [...outbox.push(record('huge', 50)), ...outbox.push(record('next', 4))];

  expect(keys(fallen)).toEqual(['small', 'huge']);
  expect(keys(outbox.take(1000))).toEqual(['next']);
});

test('gives out as many records as fit, at least one', () => {
  const outbox = new Outbox<Entry>({ records: 100, bytes: 1000 });
  for (const name of ['a', 'b', 'c']) outbox.push(record(name, 10));

  expect(keys(outbox.take(5))).toEqual(['a']);
  expect(keys(outbox.take(20))).toEqual(['b', 'c']);
});

test('is settled only when what was taken has been acknowledged', () => {
  const outbox = new Outbox<Entry>({ records: 100, bytes: 1000 });
  outbox.push(record('a'));

  const taken = outbox.take(1000);
  const before = outbox.isSettled;
  outbox.acknowledge(taken);

  expect([before, outbox.isSettled]).toEqual([false, true]);
});

test('wakes whoever waits for a change', async () => {
  const outbox = new Outbox<Entry>({ records: 1, bytes: 1000 });
  const woken = outbox.changed();

  outbox.push(record('a'));

  await expect(woken).resolves.toBeUndefined();
});
