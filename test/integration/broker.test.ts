import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { acquireBroker, findRunningBroker, stopBroker, type Broker } from '../../pipeline/broker/index.ts';
import { createKafka } from '../../pipeline/kafka/index.ts';
import type { Admin } from '../../pipeline/ports/admin.ts';
import { silentLog } from '../runtime/stage-harness.ts';
import { emptyDirectory, projectRoot } from './topology-run.ts';
import { until } from './until.ts';

/** The machine as it is, without a broker named from outside. */
const env = { ...process.env, KAFKA_BROKERS: undefined };

async function stateDirectory(): Promise<string> {
  const directory = join(await emptyDirectory(), '.tapline');
  onTestFinished(async () => {
    await stopBroker(directory, env);
  });
  return directory;
}

function acquire(directory: string, more: Partial<Parameters<typeof acquireBroker>[0]> = {}): Promise<Broker> {
  return acquireBroker({ stateDirectory: directory, env, preferredPort: 0, onProgress: () => undefined, ...more });
}

function adminOf(broker: Broker): Admin {
  const admin = createKafka(broker.connection, { log: silentLog, clientId: 'test' }).admin();
  onTestFinished(() => admin.close());
  return admin;
}

async function processOf(directory: string): Promise<number> {
  const note = await readFile(join(directory, 'broker/broker.json'), 'utf8');
  return (JSON.parse(note) as { pid: number }).pid;
}

const aTopic = {
  holds: 'records',
  partitions: 1,
  retentionMs: 60_000,
  retentionBytes: -1,
  segmentBytes: 1_048_576,
  maxMessageBytes: 1_048_576,
  explicit: [],
} as const;

test('starts a real broker, is found again by the next one, keeps its data, and stops', async () => {
  const directory = await stateDirectory();
  const first = await acquire(directory);
  await adminOf(first).createTopic({ name: 'kept', ...aTopic });

  const second = await acquire(directory);
  expect([first.kind, first.startedByUs, second.kind, second.startedByUs]).toEqual(['managed', true, 'running', false]);
  expect(second.bootstrap).toBe(first.bootstrap);
  expect(await adminOf(second).listTopics()).toEqual(['kept']);

  await second.stop();
  expect(await findRunningBroker(directory, env)).toBeNull();
  const third = await acquire(directory);
  expect(await adminOf(third).listTopics()).toEqual(['kept']);
});

test('two that start at once share one broker', async () => {
  const directory = await stateDirectory();

  const [one, other] = await Promise.all([acquire(directory), acquire(directory)]);

  expect(one.bootstrap).toBe(other.bootstrap);
  expect([one.startedByUs, other.startedByUs].toSorted()).toEqual([false, true]);
});

test('a broker that was killed is started anew with what it had', async () => {
  const directory = await stateDirectory();
  const first = await acquire(directory);
  await adminOf(first).createTopic({ name: 'kept', ...aTopic });
  const pid = await processOf(directory);
  process.kill(pid, 'SIGKILL');
  await until(() => spawnSync('ps', ['-p', String(pid)]).status !== 0, { what: 'the broker to be gone' });

  const second = await acquire(directory);

  expect(second.kind).toBe('managed');
  expect(await adminOf(second).listTopics()).toEqual(['kept']);
});

test('takes another port when the preferred one is busy', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;

  const broker = await acquire(await stateDirectory(), { preferredPort: port });

  expect(broker.bootstrap).not.toContain(String(port));
});

test('a note of a process that is no broker is no broker', async () => {
  const directory = await stateDirectory();
  await mkdir(join(directory, 'broker'), { recursive: true });
  await writeFile(
    join(directory, 'broker/broker.json'),
    JSON.stringify({ kind: 'managed', pid: process.pid, port: 9092 }),
  );

  expect(await findRunningBroker(directory, env)).toBeNull();
  expect(await stopBroker(directory, env)).toBe(false);
});

/** A PATH on which there is nothing but these programs, each printing its text. */
async function pathWith(programs: Readonly<Record<string, string>>): Promise<string> {
  const directory = await emptyDirectory();
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(directory, name), `#!/bin/sh\necho '${text}' >&2\n`);
    await chmod(join(directory, name), 0o755);
  }
  return directory;
}

test('says which three ways there are to a broker, and why each is closed', async () => {
  const bare = { PATH: await pathWith({ java: 'openjdk version "11.0.2"' }) };

  await expect(
    acquire(await stateDirectory(), { env: bare, cacheDirectory: await emptyDirectory() }),
  ).rejects.toMatchObject({
    code: 'BROKER_NOT_AVAILABLE',
    message:
      'no Kafka broker: KAFKA_BROKERS is not set; Java 11.0.2 found, 17 or newer is needed; no Docker engine that answers. ' +
      'Name a broker in KAFKA_BROKERS, or install Java 17 and Maven, or start Docker',
  });
});

test('names the missing Maven where Java is there and the jars are not', async () => {
  const bare = { PATH: await pathWith({ java: 'openjdk version "17.0.1"' }) };

  await expect(acquire(await stateDirectory(), { env: bare, cacheDirectory: await emptyDirectory() })).rejects.toThrow(
    /no Maven \(mvn\) on the PATH/,
  );
});

test('says so when the broker that KAFKA_BROKERS names does not answer', async () => {
  await expect(
    acquire(await stateDirectory(), { env: { ...env, KAFKA_BROKERS: '127.0.0.1:1' } }),
  ).rejects.toMatchObject({
    code: 'KAFKA_UNREACHABLE',
    message: expect.stringContaining('no broker answers at KAFKA_BROKERS=127.0.0.1:1') as string,
  });
});

test('the compose file runs the same Kafka, on the loopback only, and knows when it is ready', async () => {
  const compose = parse(await readFile(join(projectRoot, 'compose/docker-compose.yml'), 'utf8')) as {
    services: {
      kafka: { image: string; ports: string[]; healthcheck: { test: string[] }; environment: Record<string, unknown> };
    };
  };
  const pom = await readFile(join(projectRoot, 'compose/broker/pom.xml'), 'utf8');
  const { image, ports, healthcheck, environment } = compose.services.kafka;

  expect(image).toBe(`apache/kafka:${/kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(pom)![1]}`);
  expect(ports.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
  expect(healthcheck.test[0]).toBe('CMD');
  expect(environment).toMatchObject({
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: 0,
  });
});
