import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, inject, test, onTestFinished } from 'vitest';
import type { Check } from '../../pipeline/cli/doctor/check.ts';
import { freePorts } from '../../pipeline/broker/free-port.ts';
import { kafkaAt } from './kafka/cluster.ts';
import { emptyDirectory, tapline, uniqueTopology, type TopologyRun } from './topology-run.ts';

const env = { KAFKA_BROKERS: inject('bootstrap') };

const counting = `
name: counting
defaults: { guarantee: exactly-once, partitions: 2 }
topics: { frames.readings: { partitions: 2 } }
stages:
  counts:
    from: frames.readings
    process: aggregate
    with: { groupBy: sensor, window: { type: tumbling, size: 10s }, time: at, compute: { n: count } }
    to: frames.counts
`;

interface Verdict {
  readonly fit: boolean;
  readonly checks: readonly Check[];
}

async function doctor(request: {
  readonly args: readonly string[];
  readonly env?: Record<string, string | undefined>;
}) {
  const run: TopologyRun = await tapline({ ...request, args: ['doctor', ...request.args] });
  return { code: await run.ended, lines: run.lines, text: run.lines.join('\n') };
}

function checkOf({ checks }: Verdict, what: string): Check | undefined {
  return checks.find((check) => check.what === what);
}

async function verdictOn(file: string, settings: Record<string, string | undefined> = env): Promise<Verdict> {
  const { lines } = await doctor({ args: ['--file', file, '--json'], env: settings });
  const json = lines.filter((line) => !line.startsWith('... ')); // signs of life go to standard error
  return JSON.parse(json.join('\n')) as Verdict;
}

test('a broker that suits an exactly-once topology is told with what it was judged by, and what readers have to do', async () => {
  const topology = await uniqueTopology(counting);
  const { file, name } = topology;

  const { code, text } = await doctor({ args: ['--file', file], env });

  expect(code, text).toBe(0);
  expect(text).toMatch(/ok +broker: KAFKA_BROKERS=\S+ answers/);
  expect(text).toMatch(/ok +version: 1 broker knows the requests of Apache Kafka 4\.1/);
  expect(text).toMatch(/ok +transaction log: .*one broker, one disk/);
  expect(text).toMatch(/ok +transaction\.max\.timeout\.ms: 900000; transactions ask for 15000/);
  expect(text).toMatch(/ok +group session time-out: 6000 to 1800000 ms are allowed, 10000 ms are used/);
  expect(text).toMatch(/ok +log cleaner: on, for \d compacted topics of state/);
  expect(text).toMatch(/ok +rights: all that the topology does is allowed/);
  expect(text).toContain(`${topology.topic('frames.counts')}, ${name}.counts.dlq are written in transactions`);
  expect(text).toContain('isolation.level=read_committed');
  expect(text.trimEnd().split('\n').at(-1)).toMatch(/^nothing is missing/);
  expect(text, 'colours are for terminals').not.toContain('\u001b');
});

test('topics that are there with other partitions than planned are told, and nothing is changed or created', async () => {
  const topology = await uniqueTopology(counting);
  const readings = topology.topic('frames.readings');
  const admin = kafkaAt(env.KAFKA_BROKERS).admin();
  const plan = {
    holds: 'records',
    retentionMs: 60_000,
    retentionBytes: -1,
    segmentBytes: 2 ** 25,
    explicit: [],
  } as const;
  await admin.createTopic({ ...plan, name: readings, partitions: 4, maxMessageBytes: 1000 });

  const verdict = await verdictOn(topology.file);

  expect(verdict.fit).toBe(false);
  expect(verdict.checks).toContainEqual({
    area: 'topics',
    what: readings,
    mark: 'fault',
    found: `topic "${readings}" has 4 partitions, the topology says 2, and Kafka cannot remove any`,
    mend: 'write partitions: 4, or delete the topic (its records are lost)',
  });
  const [left] = await admin.describeTopics([readings]);
  expect(left?.partitions.length).toBe(4);
  expect(left?.config['max.message.bytes']).toBe('1000');
  expect(await admin.listTopics()).not.toContain(topology.topic('frames.counts'));
  await admin.close();
});

test('an address where nobody listens is a fault that names it, and everything else is still told', async () => {
  const { port } = await freePorts(0);
  const { file } = await uniqueTopology(counting);

  const { code, text } = await doctor({ args: ['--file', file], env: { KAFKA_BROKERS: `127.0.0.1:${port}` } });

  expect(code).toBe(1);
  expect(text).toContain(`fault    broker: nobody answers at KAFKA_BROKERS=127.0.0.1:${port} within 5 s`);
  expect(text).toMatch(/\n {9}check the address, and that the broker runs/);
  expect(text).toMatch(/ok +Node: /);
  expect(text).toContain('... looking for a broker'); // it takes five seconds
  expect(text).toMatch(/1 fault to mend before `up` can work/);
});

test('without a broker it starts none, and says how `up` would get one or that it cannot', async () => {
  const { file } = await uniqueTopology(counting);
  const away = { KAFKA_BROKERS: undefined };

  const withJava = await verdictOn(file, away);
  const bare = await verdictOn(file, { ...away, PATH: '', JAVA_HOME: undefined, KAFKA_HOME: undefined });

  expect(checkOf(withJava, 'broker')).toMatchObject({
    mark: 'ok',
    found: expect.stringMatching(/^no broker is running; `up` would start Apache Kafka/) as string,
  });
  expect(withJava.fit).toBe(true);
  expect(checkOf(bare, 'broker')).toMatchObject({
    mark: 'fault',
    found: 'no broker is running, and none can be started here',
  });
  expect(checkOf(bare, 'Java')).toMatchObject({ mark: 'fault', found: 'no Java on the PATH' });
  expect(bare.fit).toBe(false);
});

test('a port of the viewer that another program has, and a topology that is not there, are faults', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const { file } = await uniqueTopology();

  const taken = await doctor({ args: ['--file', file, '--set', `taps.viewer.with.port=${port}`], env });
  const nowhere = await tapline({ args: ['doctor', '--file', 'nowhere.yaml'], env, directory: await emptyDirectory() });

  expect(taken.code).toBe(1);
  expect(taken.text).toContain(`fault    port ${port}: tap "viewer": taken`);
  expect(taken.text).toContain(`--set taps.viewer.with.port=${port + 1}`);
  expect(await nowhere.ended).toBe(1);
  expect(nowhere.lines.join('\n')).toMatch(/fault +nowhere\.yaml: .*nowhere\.yaml/);
});
