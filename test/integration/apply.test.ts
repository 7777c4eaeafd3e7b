import { readFile, writeFile } from 'node:fs/promises';
import { expect, inject, test } from 'vitest';
import type { Change } from '../../pipeline/topology/changes/index.ts';
import { readAll } from './read-records.ts';
import { tapline, uniqueTopology, type TopologyRun, type UniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };

const changing = `
name: changing
topics:
  frames.numbers: { partitions: 2 }
stages:
  pass: { from: frames.numbers, process: filter, to: frames.passed, with: { where: 'true' } }
  other: { from: frames.numbers, process: filter, to: frames.others, with: { where: 'true' } }
  count:
    from: frames.passed
    process: aggregate
    to: frames.counts
    with: { compute: { n: count } }
`;

interface Changing extends UniqueTopology {
  readonly up: TopologyRun;
}

async function started(...more: readonly string[]): Promise<Changing> {
  const topology = await uniqueTopology(changing);
  const args = ['up', topology.file, '--no-ui', ...more];
  const up = await tapline({ args, env, directory: topology.directory });
  await up.line(/metrics http/);
  await until(async () => (await up.status()).stages.every(({ state }) => state === 'running'), { what: 'all stages' });
  return { ...topology, up };
}

async function edit({ file, topic }: UniqueTopology, change: (text: string) => string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const edited = change(text).replace(/\bframes\.(\w+)/g, (found, _, at: number, all: string) =>
    all[at - 1] === '.' ? found : topic(found),
  );
  expect(edited).not.toBe(text);
  await writeFile(file, edited);
}

interface Told {
  readonly code: number | null;
  readonly lines: readonly string[];
}

async function run({ directory }: UniqueTopology, ...args: readonly string[]): Promise<Told> {
  const command = await tapline({ args, env, directory });
  return { code: await command.ended, lines: command.lines };
}

async function planned(topology: UniqueTopology): Promise<{ code: number | null; changes: readonly Change[] }> {
  const { code, lines } = await run(topology, 'plan', topology.file, '--json');
  return { code, ...(JSON.parse(lines.join('\n')) as { changes: readonly Change[] }) };
}

async function pidsOf({ up }: Changing): Promise<Record<string, readonly number[]>> {
  const { stages, taps } = await up.status();
  return Object.fromEntries([...stages, ...taps].map(({ name, pids }) => [name, pids]));
}

async function produce({ topic }: UniqueTopology, from: number, to: number): Promise<void> {
  const command = await tapline({ args: ['produce', topic('frames.numbers'), '--key-separator', ':'], env });
  const numbers = Array.from({ length: to - from }, (_, n) => from + n);
  command.process.stdin!.end(numbers.map((n) => `k${n % 10}:${n}\n`).join(''));
  expect(await command.ended).toBe(0);
}

async function valuesOf({ topic }: UniqueTopology, name: string): Promise<number[]> {
  return (await readAll(bootstrap, topic(name))).map(({ value }) => Number(value));
}

const withTap = (text: string): string => `${text}taps:\n  seen: { on: frames.passed, sink: console }\n`;

test('adding a tap to what runs leaves every other worker alone, and plan has said so in less than two seconds', async () => {
  const topology = await started();
  const before = await pidsOf(topology);
  await edit(topology, withTap);

  const startedAt = performance.now();
  const told = await run(topology, 'plan', topology.file);
  const took = performance.now() - startedAt;
  const applied = await run(topology, 'apply', topology.file);

  expect(told.code).toBe(0);
  expect(told.lines.join('\n')).toMatch(/^\+ tap seen +created$/m);
  expect(took).toBeLessThan(2000);
  expect(applied.code).toBe(0);
  const { seen, ...others } = await pidsOf(topology);
  expect(seen).toHaveLength(1);
  expect(others).toEqual(before);
  expect(await planned(topology)).toEqual({ code: 0, topology: topology.name, running: true, changes: [] });
});

test('a stage whose options change restarts alone, and loses and repeats nothing', async () => {
  const topology = await started();
  const before = await pidsOf(topology);
  await produce(topology, 0, 500);
  await edit(topology, (text) => text.replace(/(pass: .*where: )'true'/, "$1'1 = 1'"));

  const { code, lines } = await run(topology, 'apply', topology.file);
  await produce(topology, 500, 1000);

  expect(code).toBe(0);
  expect(lines.join('\n')).toContain('with.where: true -> 1 = 1');
  const after = await pidsOf(topology);
  expect(after['pass']).not.toEqual(before['pass']);
  expect({ ...after, pass: null }).toEqual({ ...before, pass: null });
  await until(async () => (await valuesOf(topology, 'frames.passed')).length >= 1000, { what: 'all records' });
  const passed = await valuesOf(topology, 'frames.passed');
  expect(passed.sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
});
