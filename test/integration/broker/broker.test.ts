import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findRunningBroker, stopBroker } from '../../../pipeline/broker/index.ts';
import { acquire, createTopic, env, gone, kill, notedPid, stateDirectory, topicsOf } from './acquire.ts';

test('starts a real broker, is found again by the next one, keeps its data, and stops', async () => {
  const directory = await stateDirectory();
  const first = await acquire(directory);
  expect(await topicsOf(first)).toEqual([]);
  await createTopic(first, 'kept');

  const second = await acquire(directory);
  expect([first.kind, first.startedByUs, second.kind, second.startedByUs]).toEqual(['managed', true, 'running', false]);
  expect(second.bootstrap).toBe(first.bootstrap);
  expect(first.describe()).toMatch(/^broker 127\.0\.0\.1:\d+ \(Apache Kafka 4\.1\.1, started by this command\)$/);

  const pid = await notedPid(directory);
  await second.stop();
  await gone(pid);
  expect(await findRunningBroker(directory, env)).toBeNull();
  expect(await stopBroker(directory, env)).toBe(false);
  expect(await topicsOf(await acquire(directory))).toEqual(['kept']);
});

test('a broker that was killed is back within ten seconds with what it had', async () => {
  const directory = await stateDirectory();
  await createTopic(await acquire(directory), 'kept');
  await kill(await notedPid(directory));
  expect(await findRunningBroker(directory, env)).toBeNull();

  const begun = performance.now();
  const second = await acquire(directory);

  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(second.kind).toBe('managed');
  expect(await topicsOf(second)).toEqual(['kept']);
});

test('takes another port when the preferred one is busy', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const broker = await acquire(await stateDirectory(), { preferredPort: port });

  expect(broker.bootstrap).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(broker.bootstrap).not.toBe(`127.0.0.1:${port}`);
});

test('a broker named by KAFKA_BROKERS is used and left alone', async () => {
  const running = await acquire(await stateDirectory());
  const directory = await stateDirectory();

  const external = await acquire(directory, { env: { ...env, KAFKA_BROKERS: running.bootstrap } });
  await external.stop();

  expect(external.describe()).toBe(`broker ${running.bootstrap} (from KAFKA_BROKERS)`);
  expect([external.kind, external.startedByUs]).toEqual(['external', false]);
  expect(existsSync(join(directory, 'broker'))).toBe(false);
  expect(await topicsOf(running)).toEqual([]);
});

test('says so when the broker that KAFKA_BROKERS names does not answer', async () => {
  const dead = acquire(await stateDirectory(), { env: { ...env, KAFKA_BROKERS: '127.0.0.1:1' } });

  await expect(dead).rejects.toMatchObject({
    code: 'KAFKA_UNREACHABLE',
    message: expect.stringContaining('no broker answers at KAFKA_BROKERS=127.0.0.1:1 within 5 s') as string,
  });
});
