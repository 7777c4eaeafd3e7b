import { expect, inject, test } from 'vitest';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { readRecords, withoutRepeats } from './read-records.ts';
import { tapline, uniqueTopology, type TopologyRun, type UniqueTopology } from './topology-run.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };

const shop = `
name: shop
defaults: { partitions: 3 }
topics: { frames.orders: {}, frames.customers: {} }
stages:
  enrich:
    from: [frames.orders, frames.customers]
    process: join
    with:
      kind: stream-table
      type: left
      left: frames.orders
      right: frames.customers
      select: '{ "order": left.id, "customer": key, "name": right.name }'
    to: frames.enriched
`;

async function started(topology: UniqueTopology): Promise<TopologyRun> {
  const run = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await run.line(/metrics http/);
  return run;
}

async function produce(topic: string, records: readonly (readonly [key: string, value: object])[]): Promise<void> {
  const run = await tapline({ args: ['produce', topic, '--key-separator', '|'], env });
  run.process.stdin!.end(records.map(([key, value]) => `${key}|${JSON.stringify(value)}\n`).join(''));
  expect(await run.ended, run.lines.join('\n')).toBe(0);
}

/** What the join has made, in the order of the orders. */
async function enriched(topology: UniqueTopology, count: number): Promise<unknown[]> {
  const isEnough = (read: readonly ConsumerRecord[]): boolean => withoutRepeats(read).length >= count;
  const records = await readRecords(bootstrap, topology.topic('frames.enriched'), isEnough);
  const values = withoutRepeats(records).map(({ value }) => JSON.parse(String(value)) as { order: number });
  return values.toSorted((a, b) => a.order - b.order);
}

const customers = ['Ada', 'Bob', 'Cid', 'Dan', 'Eve'].map((name, n) => [`c${n}`, { name }] as const);

function orders(from: number, to: number): [string, { id: number }][] {
  return Array.from({ length: to - from }, (_, n) => [`c${(from + n) % 6}`, { id: from + n }]);
}

function expected(from: number, to: number, names: Readonly<Record<string, string>> = {}): unknown[] {
  return orders(from, to).map(([customer, { id }]) => {
    const name = names[customer] ?? customers.find(([key]) => key === customer)?.[1].name;
    return { order: id, customer, ...(name !== undefined && { name }) };
  });
}

test('orders are joined with the customers of their key, also with those known before a restart and a crash', async () => {
  const topology = await uniqueTopology(shop);
  const first = await started(topology);

  await produce(topology.topic('frames.customers'), customers);
  await produce(topology.topic('frames.orders'), orders(0, 60));

  expect(await enriched(topology, 60)).toEqual(expected(0, 60));
  expect(await first.stop()).toBe(0);

  await produce(topology.topic('frames.customers'), [['c2', { name: 'Cyd' }]]);
  await produce(topology.topic('frames.orders'), orders(60, 120));
  const second = await started(topology);

  expect(await enriched(topology, 120)).toEqual([...expected(0, 60), ...expected(60, 120, { c2: 'Cyd' })]);

  process.kill((await second.status()).stages[0]!.pids[0]!, 'SIGKILL');
  await second.line(/enrich-0 died \(killed by SIGKILL\)/);
  await produce(topology.topic('frames.orders'), orders(120, 180));

  const all = await enriched(topology, 180);
  expect(all.slice(-60)).toEqual(expected(120, 180, { c2: 'Cyd' }));
  expect(await second.stop()).toBe(0);
});
