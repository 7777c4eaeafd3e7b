import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { freePorts } from '../../../pipeline/broker/free-port.ts';
import type { ConsumerRecord } from '../../../pipeline/ports/record.ts';
import { randomFrom } from '../../../pipeline/random.ts';
import { oneOf } from '../../chaos/random.ts';
import { readAll } from '../read-records.ts';
import type { TopologyRun } from '../topology-run.ts';
import { until } from '../until.ts';
import { localServer, received, type Received } from './local-server.ts';
import { copyExample, runExample, type ExampleCopy } from './run-example.ts';

const bootstrap = inject('bootstrap');
const TOTAL = 10_000;
const CLIENTS = 20;
/** Orders that a client sends in one request. */
const CART = 10;
/** How often each part of the topology loses a worker. */
const KILLS_EACH = 2;
/** Shop, once, inventory and notification. */
const PARTS = 4;
const ITEMS = {
  tea: { stock: 6000, price: 3.95 },
  coffee: { stock: 20_000, price: 7.49 },
  cocoa: { stock: 10, price: 5.1 },
};
type Item = keyof typeof ITEMS;

interface Order {
  readonly order: string;
  readonly item: Item;
  readonly quantity: number;
}

const orders: readonly Order[] = Array.from({ length: TOTAL }, (_, n) => ({
  order: `o-${n}`,
  item: (['tea', 'coffee', 'cocoa'] as const)[n % 3]!,
  quantity: 1 + (n % 5),
}));

/** Sends orders until they are acknowledged, as clients do that got no answer or 503. */
async function buy(cart: readonly Order[], url: string): Promise<void> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': `cart-of-${cart[0]!.order}` },
    body: JSON.stringify(cart),
  };
  for (;;) {
    const answer = await fetch(url, request).catch(() => null);
    await answer?.arrayBuffer(); // what is left unread keeps its connection from the next request
    if (answer?.status === 202) return;
    expect([undefined, 503]).toContain(answer?.status);
    await sleep(100); // the pace of the client, not of the test
  }
}

async function buyAll(url: string, onBought: (count: number) => void): Promise<void> {
  let next = 0;
  let bought = 0;
  const client = async (): Promise<void> => {
    while (next < TOTAL) {
      const cart = orders.slice(next, (next += CART));
      await buy(cart, url);
      onBought((bought += cart.length));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

/** Kills a worker of the part whose turn it is: of each part as often. */
async function killOne(run: TopologyRun, { turn, random }: { turn: number; random: () => number }): Promise<void> {
  const running = async () => {
    const { sources, stages, taps } = await run.status();
    const parts = [...sources, ...stages, ...taps];
    return parts[turn % parts.length]!.pids;
  };
  let pids: readonly number[] = [];
  await until(async () => (pids = await running()).length > 0, { what: `a worker for kill ${turn}` });
  process.kill(oneOf(random, pids), 'SIGKILL');
}

function jsonOf<Value>(records: readonly ConsumerRecord[]): Value[] {
  return records.map(({ value }) => JSON.parse(String(value)) as Value);
}

/** What a shop without faults makes of the orders in the order they were written in. */
function reckoned(written: readonly Order[]) {
  const left = Object.fromEntries(Object.entries(ITEMS).map(([item, { stock }]) => [item, stock])) as Record<
    Item,
    number
  >;
  const confirmed = written.filter(({ item, quantity }) => {
    if (quantity > left[item]) return false;
    left[item] -= quantity;
    return true;
  });
  const cents = (item: Item) =>
    confirmed
      .filter((order) => order.item === item)
      .reduce((sum, { quantity }) => sum + quantity * Math.round(ITEMS[item].price * 100), 0);
  return { left, cents, confirmed: new Set(confirmed.map(({ order }) => order)) };
}

/** The stock as its changelog has it: what a worker that takes over would begin with. */
async function stockOf({ name }: ExampleCopy) {
  const changes = await readAll(bootstrap, `${name}-inventory-stock-changelog`);
  const items = changes.filter(({ key }) => Object.hasOwn(ITEMS, String(key))); // beside them there is stream time
  return new Map(items.map(({ key, value }) => [String(key), JSON.parse(String(value)) as unknown]));
}

test(
  'orders: whichever worker is killed, stock, orders and rejections add up to the cent, and every order is notified',
  { timeout: 300_000 },
  async () => {
    const requests: Received[] = [];
    const notified = await localServer(received(requests));
    const example = await copyExample('orders');
    const { port } = await freePorts(0);
    const run = await runExample(
      example,
      ...['--set', `sources.shop.with.port=${port}`, '--set', `taps.notification.with.url=${notified.url}`],
      ...['--set', `stages.inventory.with.items=${JSON.stringify(ITEMS)}`, '--set', 'stages.inventory.replicas=2'],
    );
    await run.line(/^shop http/);
    const random = randomFrom(7);

    const kills: Promise<void>[] = [];
    const most = PARTS * KILLS_EACH;
    await buyAll(`http://127.0.0.1:${port}/orders`, (bought) => {
      const isDue = kills.length < most && bought >= ((kills.length + 1) * TOTAL) / (most + 1);
      if (isDue) kills.push(killOne(run, { turn: kills.length, random }));
    });
    await Promise.all(kills);
    expect(kills).toHaveLength(most);
    const outcomes = async () => {
      const [confirmed, rejected] = await Promise.all(
        ['orders.confirmed', 'orders.rejected'].map((name) => readAll(bootstrap, example.topic(name))),
      );
      return { confirmed: jsonOf<Order & { cents: number }>(confirmed!), rejected: jsonOf<Order>(rejected!) };
    };
    const orderOf = ({ body }: Received) => (JSON.parse(String(body)) as Order).order;
    await until(() => new Set(requests.map(orderOf)).size >= TOTAL, { what: 'all notifications', timeoutMs: 120_000 });
    await until(
      async () => {
        const { confirmed, rejected } = await outcomes();
        return confirmed.length + rejected.length >= TOTAL;
      },
      { what: 'all outcomes', timeoutMs: 120_000 },
    );

    const written = jsonOf<Order>(await readAll(bootstrap, example.topic('orders')));
    const { confirmed, rejected } = await outcomes();
    const stock = await stockOf(example);
    expect(new Set(written.map(({ order }) => order))).toEqual(new Set(orders.map(({ order }) => order)));
    expect([written.length, confirmed.length + rejected.length]).toEqual([TOTAL, TOTAL]);
    const expected = reckoned(written);
    expect(new Set(confirmed.map(({ order }) => order))).toEqual(expected.confirmed);
    expect(new Set([...confirmed, ...rejected].map(({ order }) => order)).size).toBe(TOTAL);
    for (const item of Object.keys(ITEMS) as Item[]) {
      expect(stock.get(item)).toEqual({ left: expected.left[item], soldCents: expected.cents(item) });
      const billed = confirmed.filter((order) => order.item === item).reduce((sum, { cents }) => sum + cents, 0);
      expect(billed).toBe(expected.cents(item));
    }
    const keys = new Map<string, Set<string>>();
    for (const request of requests) {
      const order = orderOf(request);
      keys.set(order, (keys.get(order) ?? new Set()).add(String(request.headers['idempotency-key'])));
    }
    expect([...keys.values()].filter((ids) => ids.size !== 1)).toEqual([]);
    expect(new Set([...keys.values()].flatMap((ids) => [...ids])).size).toBe(TOTAL);
    const { sources, stages, taps } = await run.status();
    const restarts = [...sources, ...stages, ...taps].map((part) => part.restarts);
    expect(restarts.filter((count) => count >= KILLS_EACH)).toHaveLength(PARTS);
    expect(await run.stop()).toBe(0);
  },
);
