import { randomBytes } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { kafkaAt } from './kafka/cluster.ts';
import { readAll } from './read-records.ts';
import { tapline, uniqueTopology, type TopologyRun, type UniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };

const counting = (state: string): string => `
name: counting
defaults: { guarantee: exactly-once, state: ${state}, partitions: 2 }
topics: { frames.readings: { partitions: 2 } }
stages:
  counts:
    from: frames.readings
    process: aggregate
    with: { groupBy: sensor, window: { type: tumbling, size: 10s }, time: at, compute: { n: count, total: { sum: value } } }
    to: frames.counts
`;

/** 30 readings of three sensors, one a second: the windows of `round` and no others. */
function readings(round: number): string {
  return Array.from(
    { length: 30 },
    (_, n) => `${JSON.stringify({ sensor: `s${n % 3}`, value: n, at: 30_000 * round + n * 1000 })}\n`,
  ).join('');
}

async function produce(topology: UniqueTopology, text: string): Promise<void> {
  const run = await tapline({ args: ['produce', topology.topic('frames.readings')], env });
  run.process.stdin!.end(text);
  expect(await run.ended, run.lines.join('\n')).toBe(0);
}

interface Count {
  readonly key: string;
  readonly window: { readonly start: string };
  readonly n: number;
  readonly total: number;
}

/** The newest count of each sensor and window. */
async function counts(topology: UniqueTopology): Promise<Map<string, Count>> {
  const records = await readAll(bootstrap, topology.topic('frames.counts'));
  const found = records.map(({ value }) => JSON.parse(String(value)) as Count);
  return new Map(found.map((count) => [`${count.key} ${Date.parse(count.window.start) / 1000}`, count]));
}

/** What a spreadsheet would say of the readings of a round that were written `times` times. */
function expected(round: number, times: number): Map<string, { n: number; total: number }> {
  const sums = new Map<string, { n: number; total: number }>();
  for (let n = 0; n < 30; n++) {
    const name = `s${n % 3} ${30 * round + Math.floor(n / 10) * 10}`;
    const { n: count, total } = sums.get(name) ?? { n: 0, total: 0 };
    sums.set(name, { n: count + times, total: total + n * times });
  }
  return sums;
}

async function untilCounted(topology: UniqueTopology, wanted: ReadonlyMap<string, object>): Promise<void> {
  let found = new Map<string, Count>();
  const matches = ([name, count]: [string, object]): boolean => {
    const { n, total } = found.get(name) ?? {};
    return JSON.stringify({ n, total }) === JSON.stringify(count);
  };
  await until(
    async () => {
      found = await counts(topology);
      return [...wanted].every(matches);
    },
    { what: () => `${JSON.stringify([...wanted])}\nhave ${JSON.stringify([...found])}` },
  );
}

async function started(topology: UniqueTopology): Promise<TopologyRun> {
  const run = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await run.line(/metrics http/);
  return run;
}

test.each(['memory', 'disk'])(
  'windows kept in %s go on after a kill and after a restart as if nothing had been',
  async (state) => {
    const topology = await uniqueTopology(counting(state));
    const first = await started(topology);
    await produce(topology, readings(0));
    await untilCounted(topology, expected(0, 1));

    const { stages } = await first.status();
    for (const { pids } of stages) process.kill(pids[0]!, 'SIGKILL');
    await produce(topology, readings(1));
    await untilCounted(topology, expected(1, 1));
    expect(await first.stop()).toBe(0);

    const second = await started(topology);
    await produce(topology, readings(2));
    await untilCounted(topology, new Map([...expected(0, 1), ...expected(1, 1), ...expected(2, 1)]));
    expect(await second.stop()).toBe(0);
  },
);

test('state can be read while its stage runs, by command and by HTTP, and unknown stores are named', async () => {
  const topology = await uniqueTopology(counting('memory'));
  const up = await started(topology);
  await produce(topology, readings(0));
  await untilCounted(topology, expected(0, 1));
  const state = async (...args: string[]): Promise<TopologyRun> => {
    const run = await tapline({ args: ['state', ...args], env, directory: topology.directory });
    await run.ended;
    return run;
  };

  const scanned = await state('scan', 'counts', 'windows', '--json');
  const entries = JSON.parse(scanned.lines.join('\n')) as { key: string; startMs: number }[];
  expect(entries.map(({ key, startMs }) => `${key} ${startMs / 1000}`)).toEqual(['s0 20', 's1 20', 's2 20']); // open ones
  expect((await state('get', 'counts', 'windows', 's1')).lines.join()).toMatch(/^s1 {2}1970-01-01T00:00:20.000Z {2}/);
  expect((await state('get', 'counts', 'windows', 'nobody')).lines.join('\n')).toContain('no key "nobody"');
  expect((await state('scan', 'counts', 'shelves')).lines.join('\n')).toContain('there are: counts');

  const metrics = /http:\S+(?=\/metrics)/.exec(await up.line(/metrics http/))![0];
  const answer = await fetch(`${metrics}/state/counts/windows?key=s2&limit=1`);
  expect(await answer.json()).toMatchObject([{ key: 's2', startMs: 20_000 }]);
  expect(await up.stop()).toBe(0);
});

test('state on disk whose changelog was replaced, or whose files are damaged, is rebuilt and never trusted', async () => {
  const topology = await uniqueTopology(counting('disk'));
  const first = await started(topology);
  await produce(topology, readings(0));
  await untilCounted(topology, expected(0, 1));
  expect(await first.stop()).toBe(0);
  const admin = kafkaAt(bootstrap).admin();
  await admin.deleteTopics([`${topology.name}-counts-windows-changelog`, `${topology.name}-counts-clock-changelog`]);
  await admin.close();

  const second = await started(topology);
  await produce(topology, readings(0));
  await untilCounted(topology, expected(0, 1)); // begins anew: not twice
  await produce(topology, readings(1));
  await untilCounted(topology, expected(1, 1));
  expect(await second.stop()).toBe(0);

  const directory = join(topology.directory, '.tapline/state', topology.name, 'counts');
  for (const partition of await readdir(directory)) {
    await writeFile(join(directory, partition, 'windows.lmdb'), randomBytes(50_000));
    await rm(join(directory, partition, 'clock.lmdb'));
  }
  const third = await started(topology);
  await produce(topology, readings(2));
  await untilCounted(topology, new Map([...expected(1, 1), ...expected(2, 1)]));
  expect(await third.stop()).toBe(0);
});
