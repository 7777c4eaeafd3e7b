import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import type { Change } from '../../pipeline/topology/changes/index.ts';
import { readAll } from './read-records.ts';
import { projectRoot, tapline, uniqueTopology, type TopologyRun, type UniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

export const bootstrap = inject('bootstrap');
export const env = { KAFKA_BROKERS: bootstrap };

/** Three stages, of which the last counts. */
export const changing = `
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

export interface Changing extends UniqueTopology {
  readonly up: TopologyRun;
}

/** Runs a topology of three stages, of which the last counts. */
export async function started(...more: readonly string[]): Promise<Changing> {
  return startedAs(await uniqueTopology(changing), more);
}

const times = `
import { z } from 'zod';
import { defineProcessor } from '${projectRoot}/pipeline/index.ts';
import { factor } from './factor.ts';
export default defineProcessor({
  name: 'times',
  summary: 'Multiplies.',
  options: z.strictObject({}),
  process: ({ value }) => ({ value: String(Number(value) * factor) }),
});
`;

/** The same, with a first stage whose processor is a module in the folder of the topology, which imports another. */
export async function withModule(...more: readonly string[]): Promise<Changing> {
  const topology = await uniqueTopology(
    changing.replace(/process: filter(, to: frames\.passed), with: .*}/, 'process: times$1 }'),
  );
  await mkdir(join(topology.directory, 'processors'));
  await symlink(join(projectRoot, 'node_modules'), join(topology.directory, 'node_modules'));
  await writeFile(join(topology.directory, 'processors/times.ts'), times);
  await writeFile(join(topology.directory, 'processors/factor.ts'), 'export const factor = 1;');
  return startedAs(topology, more);
}

async function startedAs(topology: UniqueTopology, more: readonly string[]): Promise<Changing> {
  const args = ['up', topology.file, '--no-ui', ...more];
  const up = await tapline({ args, env, directory: topology.directory });
  await up.line(/metrics http/);
  await until(async () => (await up.status()).stages.every(({ state }) => state === 'running'), { what: 'all stages' });
  return { ...topology, up };
}

/** Saves the file with a change. */
export async function edit(topology: UniqueTopology, change: (text: string) => string): Promise<void> {
  const text = await readFile(topology.file, 'utf8');
  const edited = change(text).replace(/(?<![\w.])frames\.\w+/g, (name) => topology.topic(name));
  expect(edited).not.toBe(text);
  await writeFile(topology.file, edited);
}

export interface Told {
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** Runs a command of tapline to its end. */
export async function run({ directory }: UniqueTopology, ...args: readonly string[]): Promise<Told> {
  const command = await tapline({ args, env, directory });
  return { code: await command.ended, lines: command.lines };
}

/** What `plan --json` tells. */
export async function planned(topology: UniqueTopology): Promise<{ code: number | null; changes: readonly Change[] }> {
  const { code, lines } = await run(topology, 'plan', topology.file, '--json');
  return { code, ...(JSON.parse(lines.join('\n')) as { changes: readonly Change[] }) };
}

/** Processes of stages and taps, by name. */
export async function pidsOf({ up }: Changing): Promise<Record<string, readonly number[]>> {
  const { stages, taps } = await up.status();
  return Object.fromEntries([...stages, ...taps].map(({ name, pids }) => [name, pids]));
}

/** Writes the numbers of a range, under ten keys. */
export async function produce(topology: UniqueTopology, from: number, to: number): Promise<void> {
  const command = await tapline({ args: ['produce', topology.topic('frames.numbers'), '--key-separator', ':'], env });
  command.process.stdin!.end(
    numbers(from, to)
      .map((n) => `k${n % 10}:${n}\n`)
      .join(''),
  );
  expect(await command.ended).toBe(0);
}

/** The numbers of a range. */
export const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

/** Numbers in a topic. */
export async function valuesOf(topology: UniqueTopology, name: string): Promise<number[]> {
  return (await readAll(bootstrap, topology.topic(name))).map(({ value }) => Number(value));
}

/** Adds a tap to the file. */
export const withTap = (text: string): string => `${text}taps:\n  seen: { on: frames.passed, sink: console }\n`;

/** The counts that were written, in any order. */
export async function countsOf(topology: UniqueTopology): Promise<number[]> {
  const records = await readAll(bootstrap, topology.topic('frames.counts'));
  return records.map(({ value }) => (JSON.parse(String(value)) as { n: number }).n);
}

/** Greatest count of any key. */
export async function countOf(topology: UniqueTopology): Promise<number> {
  return Math.max(0, ...(await countsOf(topology)));
}

/** Numbers that come before a smaller one of their key. */
export function disordered(numbers: readonly number[]): number[] {
  const last = new Map<number, number>();
  return numbers.filter((number) => {
    const isBehind = number < (last.get(number % 10) ?? -1);
    last.set(number % 10, number);
    return isBehind;
  });
}

/** Writes a hundred records every tenth of a second, until it is ended; tells how many they were. */
export async function steadyLoad(topology: UniqueTopology): Promise<{ end(): Promise<number> }> {
  const command = await tapline({ args: ['produce', topology.topic('frames.numbers'), '--key-separator', ':'], env });
  let total = 0;
  const timer = setInterval(() => {
    const numbers = Array.from({ length: 100 }, () => total++);
    command.process.stdin!.write(numbers.map((n) => `k${n % 10}:${n}\n`).join(''));
  }, 100);
  return {
    end: async () => {
      clearInterval(timer);
      command.process.stdin!.end();
      expect(await command.ended).toBe(0);
      return total;
    },
  };
}
