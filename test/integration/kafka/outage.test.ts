import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { acquireBroker, type Broker } from '../../../pipeline/broker/index.ts';
import type { ConsumerRecord } from '../../../pipeline/ports/record.ts';
import { until } from '../until.ts';
import { kafkaAt, keep, producerOf, record, startedConsumer, topicPlan, unique, values } from './cluster.ts';

const env = { ...process.env, KAFKA_BROKERS: '' };

/** A broker of this test alone, for it is stopped. */
async function startBroker(stateDirectory: string, preferredPort = 0): Promise<Broker> {
  return acquireBroker({ stateDirectory, preferredPort, env, onProgress: () => undefined });
}

async function brokerForThisTest(): Promise<{ broker: Broker; restart: () => Promise<Broker> }> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'tapline-outage-'));
  let broker = await startBroker(stateDirectory);
  const port = Number(broker.bootstrap.split(':')[1]);
  onTestFinished(async () => {
    await broker.stop();
    await rm(stateDirectory, { recursive: true, force: true });
  });
  return { broker, restart: async () => (broker = await startBroker(stateDirectory, port)) };
}

test('nothing is lost, reordered or given up while the broker is away', async () => {
  const { broker, restart } = await brokerForThisTest();
  const kafka = kafkaAt(broker.bootstrap);
  const topic = unique('t');
  const admin = kafka.admin();
  await admin.createTopic(topicPlan(topic, { partitions: 2 }));
  const groupId = unique('g');
  const found: ConsumerRecord[] = [];
  const away: boolean[] = [];
  const epochs: number[] = [];
  const producer = producerOf(kafka);
  await startedConsumer(kafka, {
    groupId,
    topics: [topic],
    onBatch: keep(found),
    onBrokerAway: (isAway) => away.push(isAway),
    onAssigned: ({ epoch }) => epochs.push(epoch),
  });
  const stop = new AbortController();
  const acknowledged: string[] = [];
  const sending = [0, 1].map(async (partition) => {
    for (let n = 0; !stop.signal.aborted; n++) {
      const value = `${partition}:${n}`;
      await producer.send([record(topic, { partition, value })]);
      acknowledged.push(value);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  await until(() => found.length > 50, { what: 'records before the outage' });

  await broker.stop();
  await until(() => away.includes(true), { what: 'notice that the broker is away' });
  const before = acknowledged.length;
  await restart();
  const backAt = performance.now();
  await until(() => away.at(-1) === false && acknowledged.length > before + 50, { what: 'records after the outage' });
  const recoveredMs = performance.now() - backAt;
  stop.abort();
  await Promise.all(sending);
  const missing = (): string[] => {
    const read = new Set(values(found));
    return acknowledged.filter((value) => !read.has(value));
  };
  await until(() => missing().length === 0, {
    what: () =>
      `all ${acknowledged.length} acknowledged records, ${missing().length} missing: ${missing().slice(0, 20).join()}; epochs ${epochs.join()}, away ${away.join()}`,
  });
  await until(async () => (await admin.lag(groupId, [topic])).every(({ lag }) => lag === 0n), { what: 'no lag' });
  await admin.close();

  expect(away).toEqual([true, false]);
  for (const partition of [0, 1]) {
    const firsts = [...new Set(values(found.filter((one) => one.partition === partition)))];
    expect(firsts).toEqual(firsts.map((_value, index) => `${partition}:${index}`));
  }
  expect(recoveredMs).toBeLessThan(5_000);
  expect(epochs.length).toBeLessThanOrEqual(2);
});

test('a consumer and a producer made while the broker is away work when it comes', async () => {
  const { broker, restart } = await brokerForThisTest();
  const kafka = kafkaAt(broker.bootstrap);
  const topic = unique('t');
  const admin = kafka.admin();
  await admin.createTopic(topicPlan(topic));
  await admin.close();
  const found: ConsumerRecord[] = [];
  await broker.stop();

  const started = startedConsumer(kafka, { groupId: unique('g'), topics: [topic], onBatch: keep(found) });
  const sent = producerOf(kafka).send([record(topic, { value: 'waited' })]);
  await restart();
  await Promise.all([started, sent]);
  await until(() => found.length === 1, { what: 'the record' });

  expect(values(found)).toEqual(['waited']);
});

test('a lag can be the first thing a new broker is asked for, though its coordinator is only starting', async () => {
  const { broker } = await brokerForThisTest();
  const admin = kafkaAt(broker.bootstrap).admin();
  onTestFinished(() => admin.close());
  const topic = unique('t');
  const other = kafkaAt(broker.bootstrap).admin();
  await other.createTopic(topicPlan(topic));
  await other.close();

  const [lag] = await admin.lag(unique('g'), [topic]);

  expect(lag).toMatchObject({ committed: null, endOffset: 0n, lag: 0n });
});

test('a consumer can be stopped while the broker is away', async () => {
  const { broker } = await brokerForThisTest();
  const kafka = kafkaAt(broker.bootstrap);
  const topic = unique('t');
  const admin = kafka.admin();
  await admin.createTopic(topicPlan(topic));
  await admin.close();
  const away: boolean[] = [];
  const consumer = await startedConsumer(kafka, {
    groupId: unique('g'),
    topics: [topic],
    onBatch: async () => undefined,
    onBrokerAway: (isAway) => away.push(isAway),
  });
  await broker.stop();
  await until(() => away.includes(true), { what: 'notice that the broker is away' });

  const stoppedAt = performance.now();
  await consumer.stop();

  expect(performance.now() - stoppedAt).toBeLessThan(10_000);
  await expect(consumer.done).resolves.toBeUndefined();
});
