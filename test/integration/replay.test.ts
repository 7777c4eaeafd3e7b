import { expect, inject, test } from 'vitest';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { like, verb } from './dead-letters.ts';
import { kafkaAt, producerOf, unique } from './kafka/cluster.ts';
import { readAll, readRecords } from './read-records.ts';
import { tapline, uniqueTopology, type TopologyRun, type UniqueTopology } from './topology-run.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };
const kafka = kafkaAt(bootstrap);

const pricing = `
name: pricing
topics: { frames.orders: { partitions: 2 } }
stages:
  price: { from: frames.orders, process: map, to: frames.prices, with: { select: "{ 'sum': n * price }" } }
  total: { from: frames.orders, process: aggregate, to: frames.totals, with: { compute: { sold: { sum: n } } } }
`;

interface Running extends UniqueTopology {
  readonly run: TopologyRun;
  readonly into: string;
}

/** A topology that has made `count` records of as many orders and still runs. */
async function afterOrders(count: number): Promise<Running> {
  const topology = await uniqueTopology(pricing);
  const run = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await run.line(/metrics http/);
  const producer = producerOf(kafka);
  const orders = Array.from({ length: count }, (_, n) => ({
    topic: topology.topic('frames.orders'),
    partition: n % 2,
    key: `customer-${n % 2}`,
    value: JSON.stringify({ n, price: 2 }),
    headers: { shop: 'a' },
    timestampMs: Date.now(),
  }));
  await producer.send(orders);
  for (const topic of ['frames.prices', 'frames.totals'])
    await readRecords(bootstrap, topology.topic(topic), (records) => records.length >= count);
  return { ...topology, run, into: unique('again') };
}

/** What a record is, apart from where it lies. */
function contentOf({ key, value, headers, partition, timestampMs }: ConsumerRecord): unknown {
  const texts = Object.entries(headers).map(([name, content]) => [name, String(content)]);
  return {
    key: String(key),
    value: String(value),
    headers: Object.fromEntries(texts) as object,
    partition,
    timestampMs,
  };
}

/** Key by key: of two input partitions, nobody says which comes first. */
async function contents(topic: string): Promise<unknown[]> {
  const records = await readAll(bootstrap, topic);
  return records.toSorted((a, b) => String(a.key).localeCompare(String(b.key))).map(contentOf);
}

test('a replay makes the same records in a topic of its own, and the stage that runs notices nothing', async () => {
  const { file, into, name, run, ...topology } = await afterOrders(20);
  const admin = kafka.admin();
  const group = async (): Promise<unknown> => admin.groupOffsets(`${name}.price`);
  await expect
    .poll(async () => (await admin.lag(`${name}.price`, [topology.topic('frames.orders')])).map(({ lag }) => lag))
    .toEqual([0n, 0n]);
  const [offsets, live] = [await group(), await contents(topology.topic('frames.prices'))];

  const replayed = await verb('replay', 'price', file, '--into', into);

  expect(replayed, replayed.text).toMatchObject({
    code: 0,
    text: like(`read 20, wrote 20 to ${into}, 0 dead letters`),
  });
  expect(await contents(into)).toEqual(live);
  expect(await contents(topology.topic('frames.prices'))).toEqual(live);
  expect(await group()).toEqual(offsets);
  expect(await admin.listTopics()).not.toContain(`${into}.dlq`);
  expect(await run.stop()).toBe(0);
  await admin.deleteTopics([into]);
  await admin.close();
});
