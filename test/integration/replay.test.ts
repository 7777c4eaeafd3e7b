import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { like, verb } from './dead-letters.ts';
import { kafkaAt, producerOf, record, topicPlan, unique } from './kafka/cluster.ts';
import { readAll, readRecords } from './read-records.ts';
import { until } from './until.ts';
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

/** Ends of the changelogs of a topology. */
async function changesOf({ name }: { readonly name: string }): Promise<readonly unknown[]> {
  const admin = kafka.admin();
  const logs = (await admin.listTopics()).filter((topic) => topic.startsWith(name) && topic.endsWith('-changelog'));
  expect(logs).not.toEqual([]);
  const ends = await admin.offsetsAt(logs, 'latest');
  await admin.close();
  return ends;
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
  const compared = await verb('compare', topology.topic('frames.prices'), into);
  expect(compared).toEqual({
    code: 0,
    text: `20 pairs: 20 equal, 0 differ; only in ${topology.topic('frames.prices')} 0, only in ${into} 0`,
  });
  expect(await contents(topology.topic('frames.prices'))).toEqual(live);
  expect(await group()).toEqual(offsets);
  expect(await admin.listTopics()).not.toContain(`${into}.dlq`);
  expect(await run.stop()).toBe(0);
  await admin.deleteTopics([into]);
  await admin.close();
});

test('what a changed option makes of the same input shows in compare, and state begins empty', async () => {
  const { file, into, run, ...topology } = await afterOrders(10);
  const changed = "stages.price.with.select={ 'sum': n * price + (n = 7 ? 1 : 0) }";

  const replayed = await verb('replay', 'price', file, '--into', into, '--set', changed);
  expect(replayed, replayed.text).toMatchObject({ code: 0, text: like(/read 10, wrote 10 /) });
  const compared = await verb('compare', topology.topic('frames.prices'), into);

  expect(compared).toMatchObject({ code: 1, text: like(/^10 pairs: 9 equal, 1 differ; only in /m) });
  expect(compared.text).toMatch(/^\S+frames.orders-1-3\/price {2}\(\d@\d, \d@\d\)\n {2}value.sum: 14 -> 15$/m);

  const changes = await changesOf(topology);
  const totals = `${into}.totals`;
  const counted = await verb('replay', 'total', file, '--into', totals);
  expect(counted.text).toMatch(/note: its state \(.*\) begins empty/);
  const again = await verb('compare', topology.topic('frames.totals'), totals, '--json');
  expect(again.code, again.text).toBe(0);
  expect(JSON.parse(again.text)).toMatchObject({ summary: { pairs: 10, equal: 10, onlyAfter: 0 } });
  expect(await changesOf(topology)).toEqual(changes);
  expect(await run.stop()).toBe(0);
});

const picky = `
name: picky
topics: { frames.words: { partitions: 2 } }
stages: { pick: { from: frames.words, process: ${join(import.meta.dirname, 'processors', 'picky.ts')}, to: frames.picked } }
taps: { seen: { on: frames.picked, sink: console } }
`;

/** A topology that does not run, with these words in its input. */
async function withWords(words: readonly string[]): Promise<UniqueTopology & { readonly into: string }> {
  const topology = await uniqueTopology(picky);
  const topic = topology.topic('frames.words');
  const admin = kafka.admin();
  await admin.createTopic(topicPlan(topic, { partitions: 2 }));
  await producerOf(kafka).send(words.map((value, n) => ({ ...record(topic, { value }), partition: n % 2 })));
  await admin.close();
  return { ...topology, into: unique('again') };
}

test('what fails in a replay is retried and set aside in dead letters of its own', async () => {
  const { file, into, name } = await withWords(['one', 'bad two', 'flaky three']);

  const { code, text } = await verb('replay', 'pick', file, '--into', into);

  expect(code, text).toBe(0);
  expect(text).toContain(`read 3, wrote 2 to ${into}, 1 dead letters`);
  expect((await readAll(bootstrap, into)).map(({ value }) => String(value)).sort()).toEqual(['FLAKY THREE', 'ONE']);
  expect((await verb('dlq', 'show', into)).text).toContain('"bad two" is bad');
  const admin = kafka.admin();
  expect(await admin.listTopics()).not.toContain(`${name}.pick.dlq`);
  await admin.close();
});

test('positions and a limit choose what is replayed', async () => {
  const { file, into } = await withWords(['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
  const values = async (...options: string[]): Promise<string> => {
    const topic = unique(into);
    const { code, text } = await verb('replay', 'pick', file, '--into', topic, ...options);
    expect(code, text).toBe(0);
    return (await readAll(bootstrap, topic)).map(({ value }) => String(value)).join(' ');
  };

  expect(await values('--from', '1', '--to', '2')).toBe('A1 B1');
  expect(await values('--from', '1@1')).toBe('B1 B2');
  expect(await values('--limit', '4')).toBe('A0 A1 A2 B0');
  expect(await values('--from', '-15m')).toBe('');
  expect(await values('--from', '2023-11-14T22:00Z', '--limit', '1')).toBe('A0');
  const dry = await verb('replay', 'pick', file, '--into', into, '--from', '2', '--dry-run');
  expect(dry.text).toMatch(
    /^would run 2 records through stage "pick" .*\n.*-0 {2}2..3\n.*-1 {2}2..3\n.* would be created/,
  );
});

test('a replay refuses what would harm or mean nothing, and says what to do', async () => {
  const { file, into, ...topology } = await withWords(['one']);
  const refused = async (...args: string[]): Promise<string> => {
    const { code, text } = await verb('replay', ...args);
    expect(code, text).toBe(2);
    return text;
  };

  expect(await refused('pick', file, '--into', topology.topic('frames.picked'))).toMatch(
    /belongs to topology .* give --into another/,
  );
  expect(await refused('pick', file, '--into', topology.topic('frames.words'))).toMatch(/belongs to topology/);
  expect(await refused('seen', file, '--into', into)).toMatch(
    /"seen" is a tap, and only stages are replayed; .* has pick/,
  );
  expect(await refused('pik', file, '--into', into)).toMatch(/there is no stage "pik"; did you mean "pick"\?/);
  expect((await verb('replay', 'pick', file, '--into', into)).code).toBe(0);
  expect(await refused('pick', file, '--into', into)).toMatch(/holds 1 records already, .* or say --append/);
  expect((await verb('replay', 'pick', file, '--into', into, '--append')).code).toBe(0);
  expect((await verb('compare', into, into)).text).toContain('1 pairs: 1 equal, 0 differ');
});

test('Ctrl-C ends a replay with what is finished written, and says where to go on', async () => {
  const slow = join(import.meta.dirname, 'processors', 'slow.ts');
  const { file, into } = await withWords(Array.from({ length: 40 }, (_, n) => String(n)));
  const set = [
    '--set',
    `stages.pick.process=${slow}`,
    '--set',
    'stages.pick.with={"ms":250}',
    '--set',
    'stages.pick.batch.records=2',
  ];
  const run = await tapline({ args: ['replay', 'pick', file, '--into', into, ...set], env });
  await run.line(/created/);
  await until(async () => (await readAll(bootstrap, into)).length >= 2, { what: 'outputs' });

  run.process.kill('SIGINT');

  expect(await run.ended, run.lines.join('\n')).toBe(130);
  const text = run.lines.join('\n');
  const [, read, wrote] = /^read (\d+), wrote (\d+) /m.exec(text)!;
  expect(Number(wrote)).toBe(Number(read));
  const rest = [...text.matchAll(/-\d {2}--from (\d@\d+)/g)].map(([, from]) => from!);
  for (const from of rest) {
    const more = await verb('replay', 'pick', file, '--into', into, '--append', '--from', from);
    expect(more.code, more.text).toBe(0);
  }
  const values = (await readAll(bootstrap, into)).map(({ value }) => Number(value));
  expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n));
});
