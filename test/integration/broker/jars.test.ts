import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { findJars, type Jars } from '../../../pipeline/broker/jars.ts';
import type { Missing } from '../../../pipeline/broker/java.ts';
import { emptyDirectory } from '../topology-run.ts';
import { until } from '../until.ts';
import { env } from './acquire.ts';

interface Find {
  readonly env?: NodeJS.ProcessEnv;
  readonly progress?: string[];
  readonly signal?: AbortSignal;
}

/** Looks for jars on this machine with a cache of this test's own; `KAFKA_HOME` of the developer does not count. */
function find(cacheDirectory: string, { env: more = {}, progress = [], signal }: Find = {}): Promise<Jars | Missing> {
  return findJars({
    cacheDirectory,
    env: { ...env, KAFKA_HOME: undefined, ...more },
    onProgress: (sentence) => progress.push(sentence),
    signal: signal ?? new AbortController().signal,
  });
}

test('two that fetch the jars at once both have them, and the next finds them', async () => {
  const cache = await emptyDirectory();
  const progress: string[] = [];

  const [one, other] = await Promise.all([find(cache, { progress }), find(cache)]);

  expect(one).toMatchObject({ version: '4.1.1' });
  expect(other).toEqual(one);
  expect(progress[0]).toBe('fetching Apache Kafka with Maven, once (43 MB)');
  expect(await find(cache, { env: { PATH: '' } })).toEqual(one);
  expect((await readdir(cache)).map((name) => join(cache, name))).toEqual(['directory' in one ? one.directory : '']);
});

test('what a fetch leaves that is killed half-way is removed by the next one', async () => {
  const cache = await emptyDirectory();
  const script = `import { findJars } from ${JSON.stringify(join(import.meta.dirname, '../../../pipeline/broker/jars.ts'))};
    await findJars({ cacheDirectory: ${JSON.stringify(cache)}, env: process.env, onProgress() {}, signal: new AbortController().signal });`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  const killed = spawn(process.execPath, args, { env: { ...env, KAFKA_HOME: undefined }, detached: true });
  const files = async (): Promise<string[]> => readdir(cache, { recursive: true });
  await until(async () => (await files()).some((name) => name.endsWith('.jar')), { what: 'the first jar' });
  process.kill(-killed.pid!, 'SIGKILL'); // Maven as well
  await once(killed, 'exit');
  expect((await readdir(cache)).map((name) => name.split('-')[0])).toEqual(['.kafka']);

  const found = await find(cache);

  expect(found).toMatchObject({ version: '4.1.1' });
  expect(await readdir(cache)).toEqual(['directory' in found ? basename(found.directory) : '']);
});

test('an interrupted fetch leaves nothing', async () => {
  const cache = await emptyDirectory();
  const stop = new AbortController();
  const fetching = find(cache, { signal: stop.signal });
  fetching.catch(() => undefined); // looked at below
  await until(async () => (await readdir(cache)).length > 0, { what: 'the fetch to begin' });

  stop.abort();

  await expect(fetching).rejects.toMatchObject({ name: 'AbortError' });
  expect(await readdir(cache)).toEqual([]);
});

test('an unpacked Kafka is used where KAFKA_HOME names it', async () => {
  const home = await unpacked('kafka_2.13-4.0.0.jar');

  const found = await find(await emptyDirectory(), { env: { KAFKA_HOME: home } });

  expect(found).toEqual({ directory: join(home, 'libs'), version: '4.0.0' });
});

test('a Kafka too old is refused with its version', async () => {
  const home = await unpacked('kafka_2.13-3.9.1.jar');

  const found = await find(await emptyDirectory(), { env: { KAFKA_HOME: home } });

  expect(found).toEqual({ reason: `Kafka 3.9.1 found in KAFKA_HOME (${home}), 4 or newer is needed` });
});

async function unpacked(jar: string): Promise<string> {
  const home = await emptyDirectory();
  await mkdir(join(home, 'libs'));
  await writeFile(join(home, 'libs', jar), '');
  return home;
}
