import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { settingsFile } from '../../pipeline/broker/broker-note.ts';
import { findRunningBroker } from '../../pipeline/broker/index.ts';
import { processIdentity } from '../../pipeline/broker/process-identity.ts';
import { withStartLock } from '../../pipeline/broker/start-lock.ts';
import { acquire, env, kill, notedPid, stateDirectory } from './broker/acquire.ts';
import { tapline, uniqueTopology, type TopologyRun } from './topology-run.ts';

/** No broker from outside: `up` has to start its own. */
const alone = { KAFKA_BROKERS: undefined };

const passing = `
name: passing
topics:
  frames.numbers: { partitions: 1 }
stages:
  pass: { from: frames.numbers, process: filter, to: frames.passed, with: { where: 'true' } }
`;

function down(directory: string): Promise<TopologyRun> {
  return tapline({ args: ['down'], directory, env: alone });
}

/** Holds the lock that a start of the broker needs, until the test ends: whatever needs it keeps starting. */
async function holdStartLock(directory: string): Promise<void> {
  let release = (): void => undefined;
  const test = new Promise<void>((resolve) => (release = resolve));
  await new Promise<void>((resolve) => {
    const held = withStartLock(directory, () => {
      resolve();
      return test;
    });
    onTestFinished(() => {
      release();
      return held;
    });
  });
}

/** Stops a process as Ctrl-Z does: it answers nothing and obeys nothing until it is continued. */
function freeze({ process: child }: TopologyRun): () => void {
  const thaw = (): void => void child.kill('SIGCONT');
  child.kill('SIGSTOP');
  onTestFinished(thaw);
  return thaw;
}

/** A topology that runs on the broker of all tests, with a state folder of its own. */
async function upOnSharedBroker(): Promise<TopologyRun & { readonly name: string }> {
  const { name, file, directory } = await uniqueTopology(passing);
  const up = await tapline({ args: ['up', file], directory, env: { KAFKA_BROKERS: inject('bootstrap') } });
  await up.line(/^metrics /);
  return { ...up, name };
}

async function notesOfRuns(directory: string): Promise<string[]> {
  return readdir(join(directory, '.tapline/run'));
}

test('down ends an up that still waits for its broker', async () => {
  const { name, file, directory } = await uniqueTopology(passing);
  await holdStartLock(join(directory, '.tapline'));
  const up = await tapline({ args: ['up', file], directory, env: alone });
  await up.line(/waiting for it/);

  const ending = await down(directory);

  expect(await ending.ended).toBe(0);
  expect(ending.lines.at(-1)).toBe(`topology "${name}" stopped`);
  expect(await up.ended).toBe(1);
  expect(up.lines.at(-1)).toContain('BROKER_START_INTERRUPTED');
  expect(await notesOfRuns(directory)).toEqual([]);
});

test('down ends an up whose broker is under way, and nothing is left running', async () => {
  const { name, file, directory } = await uniqueTopology(passing);
  const up = await tapline({ args: ['up', file], directory, env: alone });
  await up.line(/starting Apache Kafka/);

  const ending = await down(directory);

  expect(await ending.ended).toBe(0);
  expect(ending.lines).toContain(`topology "${name}" stopped`);
  expect(await up.ended).toBe(1);
  expect(up.lines.at(-1)).toContain('BROKER_START_INTERRUPTED');
  expect(await notedPid(join(directory, '.tapline'))).toBe(0);
});

test('a second up replaces one that is still starting, and down ends the second', async () => {
  const { file, directory } = await uniqueTopology(passing);
  await holdStartLock(join(directory, '.tapline'));
  const first = await tapline({ args: ['up', file], directory, env: alone });
  await first.line(/waiting for it/);

  const second = await tapline({ args: ['up', file], directory, env: alone });
  await second.line(/is being started already/);
  expect(await first.ended).toBe(1);
  await second.line(/waiting for it/);

  expect(await (await down(directory)).ended).toBe(0);
  expect(await second.ended).toBe(1);
});

test('down ends a topology and the up that waits to replace it', async () => {
  const first = await upOnSharedBroker();
  const thaw = freeze(first);
  const file = join(first.directory, 'topology.yaml');
  const env = { KAFKA_BROKERS: inject('bootstrap') };
  const second = await tapline({ args: ['up', file], directory: first.directory, env });
  await second.line(/already runs/);

  const ending = await down(first.directory);
  for (const { process: child } of [first, second]) {
    await ending.line(new RegExp(`^stopping topology ".*" \\(process ${child.pid!}\\)`));
  }
  thaw();

  expect(await ending.ended).toBe(0);
  await Promise.all([first.ended, second.ended]);
  expect(await notesOfRuns(first.directory)).toEqual([]);
});

test('down ends a topology that does not answer', async () => {
  const up = await upOnSharedBroker();
  const thaw = freeze(up);

  const ending = await down(up.directory);
  await ending.line(/^stopping topology/);
  thaw();

  expect(await ending.ended).toBe(0);
  expect(ending.lines.at(-1)).toBe(`topology "${up.name}" stopped`);
  expect(await up.ended).toBe(0);
});

test('down names the topology that refuses to end, and leaves it the broker', async () => {
  const { name, file, directory } = await uniqueTopology(passing);
  const up = await tapline({ args: ['up', file], directory, env: alone });
  await up.line(/^metrics /);
  const thaw = freeze(up);

  const ending = await down(directory);

  expect(await ending.ended).toBe(1);
  expect(ending.lines.slice(-2)).toEqual([
    `topology "${name}" (process ${up.process.pid!}) does not end; stop it by hand`,
    'the broker is left running for it',
  ]);
  expect(await findRunningBroker(join(directory, '.tapline'), env)).not.toBeNull();
  thaw();
  expect(await up.ended).toBe(0);
});

test('a note whose process number was given again ends nobody', async () => {
  const directory = await stateDirectory();
  await mkdir(join(directory, 'run'), { recursive: true });
  const note = { topology: 'passing', state: 'running', pid: process.pid, identity: 'of an earlier life' };
  const where = { file: 'topology.yaml', address: 'http://127.0.0.1:1', startedAt: new Date().toISOString() };
  await writeFile(join(directory, 'run/passing.1.json'), JSON.stringify({ ...note, ...where }));

  const ending = await down(join(directory, '..'));

  expect(await ending.ended).toBe(0);
  expect(ending.lines).toEqual(['nothing runs here']);
  expect(await notesOfRuns(join(directory, '..'))).toEqual([]);
});

test('down ends a broker of this folder that nobody noted, and says so', async () => {
  const directory = await stateDirectory();
  await acquire(directory);
  const pid = await notedPid(directory);
  onTestFinished(() => kill(pid).catch(() => undefined)); // it has ended, as it should
  await rm(join(directory, 'broker/broker.json'));

  const ending = await down(join(directory, '..'));

  expect(await ending.ended).toBe(0);
  expect(ending.lines).toEqual([`broker stopped that nobody had noted (process ${pid})`]);
  expect(await processIdentity(pid)).toBeNull();
});

interface Lookalike {
  readonly args: readonly string[];
  /** What starts it; straight away where left out. */
  readonly through?: readonly string[];
  readonly uid?: number;
}

/** A process that does nothing under a command line of the test's choice, which no other process shows in its own. */
async function lookalike({ args, through = [], uid }: Lookalike): Promise<ChildProcess> {
  const idle = `IFS='\n'; exec sh -c 'echo ready; read line' sh $ARGS`;
  const child = spawn('env', [...through, 'sh', '-c', idle], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    env: { ...process.env, ARGS: args.join('\n') },
    ...(uid !== undefined && { uid }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

const NOBODY = 65_534;

const isNotRoot = process.platform !== 'linux' || process.getuid?.() !== 0;

test.for<[whose: string, skips: boolean, of: (args: string[]) => Lookalike]>([
  ['names it in one element', false, (args) => ({ args: [args.join(' ')] })],
  ['only searches for it', false, (args) => ({ args: args.slice(-2) })],
  ['is another user’s', isNotRoot, (args) => ({ args, uid: NOBODY })],
  ['is in a container', isNotRoot, (args) => ({ args, through: ['unshare', '--pid', '--fork', '--kill-child'] })],
])('down leaves alone a process that looks like the broker but %s', async ([, skips, of], { skip }) => {
  skip(skips, 'needs root on Linux');
  const directory = await stateDirectory();
  const child = await lookalike(of(['-cp', 'kafka.jar', 'kafka.Kafka', settingsFile(directory)]));

  const ending = await down(join(directory, '..'));

  expect(await ending.ended).toBe(0);
  expect(ending.lines).toEqual(['nothing runs here']);
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
});
