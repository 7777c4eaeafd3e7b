import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import mqtt from 'mqtt';
import { expect, inject, onTestFinished, test } from 'vitest';
import { mqttBroker, type MqttBroker, type SeenMessage } from '../mqtt/mqtt-broker.ts';
import { readAll } from './read-records.ts';
import { tapline, uniqueTopology, type TopologyRun, type UniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };
const TOTAL = 20_000;
const BURST = 200;
const KILLS = 5;

/** In from one MQTT topic, out on another. */
const bothWays = (url: string): string => `
name: bridge
topics: { frames.in: { partitions: 1 } }
sources:
  plant: { type: mqtt, to: frames.in, with: { url: "${url}", topics: [plant/#], maxWaiting: 100 } }
taps:
  out: { on: frames.in, sink: mqtt, with: { url: "${url}", topic: "out/{n}" } }
`;

async function start(topology: UniqueTopology): Promise<TopologyRun> {
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await up.line(/metrics http/);
  return up;
}

/** Publishes `{"n": ...}` with QoS 1 in bursts, as many devices do. */
async function publisher({ url }: MqttBroker): Promise<(from: number, to: number) => Promise<void>> {
  const client = await mqtt.connectAsync(url);
  onTestFinished(() => void client.end(true));
  return async (from, to) => {
    for (let next = from; next < to; next += BURST) {
      const burst = upTo(Math.min(BURST, to - next)).map((n) => JSON.stringify({ n: next + n }));
      await Promise.all(burst.map((value) => client.publishAsync('plant/oven', value, { qos: 1 })));
    }
  };
}

async function numbersIn(topology: UniqueTopology): Promise<readonly number[]> {
  const records = await readAll(bootstrap, topology.topic('frames.in'));
  return records.map(({ value }) => (JSON.parse(String(value)) as { n: number }).n);
}

const withoutRepeats = <Value>(values: readonly Value[]): readonly Value[] => [...new Set(values)];
const upTo = (total: number): readonly number[] => Array.from({ length: total }, (_, n) => n);
const topicsOf = (seen: readonly SeenMessage[]): ReadonlySet<string> => new Set(seen.map(({ topic }) => topic));

test(
  'no message of QoS 1 is lost, though the source is killed again and again while they come',
  { timeout: 180_000 },
  async () => {
    const broker = await mqttBroker();
    const subscribed = new Promise((resolve) => broker.aedes.once('subscribe', resolve));
    const topology = await uniqueTopology(bothWays(broker.url));
    const up = await start(topology);
    await subscribed;
    const publish = await publisher(broker);
    const worker = async (): Promise<number> => {
      let pid: number | undefined;
      await until(async () => (pid = (await up.status()).sources[0]!.pids[0]) !== undefined, { what: 'a worker' });
      return pid!;
    };

    const publishing = publish(0, TOTAL);
    for (let killed = 1; killed <= KILLS; killed++) {
      const pid = await worker();
      const before = broker.acknowledged.length;
      await until(() => broker.acknowledged.length > before + BURST, { what: `kill ${killed}` });
      process.kill(pid, 'SIGKILL');
    }
    await publishing;
    await until(async () => new Set(await numbersIn(topology)).size >= TOTAL, { what: 'all records' });

    const numbers = await numbersIn(topology);
    expect(withoutRepeats(numbers).toSorted((a, b) => a - b)).toEqual(upTo(TOTAL));
    expect(numbers.length - TOTAL).toBeLessThanOrEqual(KILLS * 100); // no more than may wait
    expect((await up.status()).sources[0]!.restarts).toBe(KILLS);
    expect(await up.stop()).toBe(0);
  },
);

test('source and sink go on when the MQTT broker was away, and miss nothing', async () => {
  const broker = await mqttBroker();
  const subscribed = new Promise((resolve) => broker.aedes.once('subscribe', resolve));
  const topology = await uniqueTopology(bothWays(broker.url));
  const up = await start(topology);
  await subscribed;
  const publish = await publisher(broker);
  const seen = await broker.watch('out/#');
  await publish(0, 100);
  await until(() => topicsOf(seen).size === 100, { what: 'what came before' });

  await broker.down();
  const produce = await tapline({ args: ['produce', topology.topic('frames.in')], env });
  produce.process.stdin!.end(
    upTo(50)
      .map((n) => `{"n":${100 + n}}\n`)
      .join(''),
  );
  await produce.ended;
  await until(async () => (await up.status()).taps[0]!.lag! > 0, { what: 'a tap that waits' });
  await broker.listen();
  const after = await broker.watch('out/#');
  await (
    await publisher(broker)
  )(150, 250);
  await until(() => new Set([...topicsOf(seen), ...topicsOf(after)]).size === 250, { what: 'what came after' });

  const { sources, taps } = await up.status();
  expect([sources[0]!.restarts, taps[0]!.restarts, taps[0]!.deadLetters]).toEqual([0, 0, 0]);
  expect(withoutRepeats(await numbersIn(topology))).toHaveLength(250);
  expect(await up.stop()).toBe(0);
});

test('without an MQTT broker, topology up says so in one sentence, stops cleanly, and publishes later', async () => {
  const broker = await mqttBroker();
  await broker.down();
  const topology = await uniqueTopology(bothWays(broker.url));
  const up = await start(topology);

  await up.line(/source "plant" has no connection to the MQTT broker at mqtt:/);
  const produce = await tapline({ args: ['produce', topology.topic('frames.in')], env });
  produce.process.stdin!.end('{"n":1}\n');
  await until(async () => (await up.status()).taps[0]!.lag! > 0, { what: 'a tap that waits' });
  expect(await up.stop()).toBe(0);
  await broker.listen();
  const seen = await broker.watch('out/#');
  const later = await start(topology);
  await until(() => seen.length > 0, { what: 'what was waiting' });

  expect(seen.map(({ topic }) => topic)).toEqual(['out/1']);
  expect(await later.stop()).toBe(0);
  expect(up.lines.filter((line) => line.includes('source "plant" has no connection'))).toHaveLength(1);
});

test('mosquitto_sub sees what the sink publishes', async ({ skip }) => {
  const isThere = await promisify(execFile)('mosquitto_sub', ['--help']).then(
    () => true,
    (error: unknown) => (error as NodeJS.ErrnoException).code !== 'ENOENT',
  );
  if (!isThere) return skip('mosquitto_sub is not installed: apt-get install mosquitto-clients');
  const broker = await mqttBroker();
  const subscribed = new Promise((resolve) => broker.aedes.once('subscribe', resolve));
  const child = spawn('mosquitto_sub', ['-p', new URL(broker.url).port, '-q', '1', '-t', 'out/#', '-v', '-C', '3']);
  onTestFinished(() => void child.kill());
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await subscribed;
  const topology = await uniqueTopology(bothWays(broker.url));
  const up = await start(topology);
  const produce = await tapline({ args: ['produce', topology.topic('frames.in')], env });
  produce.process.stdin!.end('{"n":1}\n{"n":2}\n{"n":3}\n');

  await until(() => lines.length === 3, { what: 'three lines' });
  expect(lines).toEqual(['out/1 {"n":1}', 'out/2 {"n":2}', 'out/3 {"n":3}']);
  expect(await up.stop()).toBe(0);
});
