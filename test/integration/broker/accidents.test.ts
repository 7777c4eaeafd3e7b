import { fork, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cacheDirectory } from '../../../pipeline/cache-directory.ts';
import { findRunningBroker, stopBroker } from '../../../pipeline/broker/index.ts';
import { findJars } from '../../../pipeline/broker/jars.ts';
import { processIdentity } from '../../../pipeline/broker/process-identity.ts';
import { emptyDirectory } from '../topology-run.ts';
import { until } from '../until.ts';
import { acquire, createTopic, env, kill, notedPid, stateDirectory, topicsOf } from './acquire.ts';

/** Another supervisor, as a process that can be killed. */
function supervisor(directory: string): { process: ChildProcess; said: string[] } {
  const process = fork(join(import.meta.dirname, 'acquire-process.ts'), [directory], {
    execArgv: ['--import', 'tsx'],
    env,
  });
  onTestFinished(() => void process.kill('SIGKILL'));
  const said: string[] = [];
  process.on('message', (sentence) => said.push(sentence as string));
  return { process, said };
}

test('two supervisors that start at once share one broker', async () => {
  const directory = await stateDirectory();
  const others = [supervisor(directory), supervisor(directory)];

  const broker = await acquire(directory);
  const results = (): string[] => others.map(({ said }) => said.findLast((line) => line.includes('127.0.0.1')) ?? '');
  await until(() => results().every(Boolean), { what: 'the others to have a broker' });

  const kinds = [broker.kind, ...results().map((line) => line.split(' ')[0])];
  expect(kinds.toSorted()).toEqual(['managed', 'running', 'running']);
  expect(results().map((line) => line.split(' ')[1])).toEqual([broker.bootstrap, broker.bootstrap]);
});

test('a broker whose supervisor was killed while it started is the next one’s', async () => {
  const directory = await stateDirectory();
  const { process: killed } = supervisor(directory);
  await until(async () => (await notedPid(directory)) > 0, { what: 'the broker to be under way' });
  const pid = await notedPid(directory);
  await kill(killed.pid!);

  const broker = await acquire(directory);

  expect(broker.kind).toBe('running');
  expect(await notedPid(directory)).toBe(pid);
  expect((await topicsOf(broker)).filter((name) => !name.startsWith('__'))).toEqual([]);
});

test('an interrupted start leaves nothing running', async () => {
  const directory = await stateDirectory();
  const stop = new AbortController();
  const starting = acquire(directory, { signal: stop.signal });
  starting.catch(() => undefined); // looked at below
  await until(async () => (await notedPid(directory)) > 0, { what: 'the broker to be under way' });
  const pid = await notedPid(directory);

  stop.abort();

  await expect(starting).rejects.toMatchObject({ code: 'BROKER_START_INTERRUPTED' });
  expect(await processIdentity(pid)).toBeNull();
  expect(await notedPid(directory)).toBe(0);
});

test('a note of a process that is no broker of ours is no broker', async () => {
  const directory = await stateDirectory();
  await mkdir(join(directory, 'broker'), { recursive: true });
  const note = { kind: 'managed', pid: process.pid, identity: 'of an earlier life', port: 9092, controllerPort: 9093 };
  await writeFile(join(directory, 'broker/broker.json'), JSON.stringify({ ...note, version: '4.1.1', archive: null }));

  expect(await findRunningBroker(directory, env)).toBeNull();
  expect(await stopBroker(directory, env)).toBe(false);
  expect(await notedPid(directory)).toBe(0);
});

test('a broker that nobody noted is ended before another one works on its data', async () => {
  const directory = await stateDirectory();
  await createTopic(await acquire(directory), 'kept');
  const pid = await notedPid(directory);
  await rm(join(directory, 'broker/broker.json'));

  const broker = await acquire(directory);

  expect(await processIdentity(pid)).toBeNull();
  expect(await topicsOf(broker)).toEqual(['kept']);
});

test('says so when the data folder is of another cluster, with the last words of the broker', async () => {
  const directory = await stateDirectory();
  await (await acquire(directory)).stop();
  const properties = join(directory, 'broker/data/meta.properties');
  await writeFile(properties, (await readFile(properties, 'utf8')).replace('node.id=1', 'node.id=7'));

  const failed = acquire(directory);

  await expect(failed).rejects.toThrow(/was made by another Kafka cluster; move it away[^]*Stored node id 7/);
  expect(await notedPid(directory)).toBe(0);
});

/** A cache of this test's own that has the jars already, and where the archive of classes will be in it. */
async function cacheWithJars(): Promise<string> {
  const cache = await emptyDirectory();
  const request = { env, onProgress: () => undefined, signal: new AbortController().signal };
  const jars = await findJars({ ...request, cacheDirectory: cacheDirectory(env) });
  if ('reason' in jars) throw new Error(jars.reason);
  await symlink(jars.directory, join(cache, basename(jars.directory)));
  return cache;
}

async function notedArchive(directory: string): Promise<string | null> {
  const note = await readFile(join(directory, 'broker/broker.json'), 'utf8');
  return (JSON.parse(note) as { archive: string | null }).archive;
}

test('the first broker leaves an archive of classes for the next ones, and a broken one only costs time', async ({
  skip,
}) => {
  const cache = await cacheWithJars();
  const directory = await stateDirectory();
  const first = await acquire(directory, { cacheDirectory: cache });
  const archive = await notedArchive(directory);
  const begun = performance.now();
  await first.stop();
  skip(performance.now() - begun > 20_000, 'the machine is too busy: the broker was ended by force');
  expect((await stat(archive!)).size).toBeGreaterThan(1_000_000);

  const second = await acquire(directory, { cacheDirectory: cache });
  expect(await notedArchive(directory)).toBeNull();
  await second.stop();

  for (const size of [20_000_000, 100]) {
    await truncate(archive!, size);
    const broker = await acquire(directory, { cacheDirectory: cache });
    expect(await topicsOf(broker)).toEqual([]);
    await broker.stop();
  }
});
