import { link, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pidusage from 'pidusage';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import { headerText } from '../../pipeline/ports/record.ts';
import { arrivals } from '../bench/arrivals.ts';
import { fullSpeedPlan } from '../bench/plans.ts';
import type { Bench } from '../bench/rounds.ts';
import { provision, type Running } from '../bench/running.ts';
import { atMost, holds, type Check, type Probe } from './check.ts';
import { FrameLedger } from './frame-ledger.ts';

const MEGABYTE = 1_048_576;
/** Share of the run after which memory has to be steady. */
const STEADY_AFTER = 0.1;
const WITH_MODEL = 'detect-0';
const KILLED = 'resize-0';

/** Resident memory by process name, megabytes. */
type Memory = ReadonlyMap<string, number>;

/** Many frames at full speed: memory of the workers; then again with a stage killed halfway: nothing is lost. */
export const longRun: Probe = async (bench, { frames }) => {
  bench.progress(`${frames} frames at full speed`);
  const folder = await manyPictures(bench, frames);
  const plan = await fullSpeedPlan(folder, 640, ['sources.camera.with.loop=false']);
  const running = await provision(plan, bench.broker, bench.cleanup);
  const beforeLoad = memoryWhenReady(running);
  void running.supervisor.start();
  const reader = arrivals(running, bench.cleanup);
  const ledger = new FrameLedger();
  let steady: Memory = new Map();
  for (let count = 0; ledger.distinct < frames; count++) {
    const { record } = await reader.next();
    ledger.add({ ...readFrameMeta(record.headers).frame, recordId: headerText(record.headers, 'ce_id') ?? '' });
    if (count === Math.floor(frames * STEADY_AFTER)) steady = await memoryOf(running);
    if (count === Math.floor(frames * 0.95)) running.kill(KILLED);
  }
  const after = await memoryOf(running);
  await reader.end();
  await running.stop();
  return [...judgeMemory({ beforeLoad: await beforeLoad, steady, after }, frames), ...judgeFrames(ledger)];
};

/** The workload under many names: links cost nothing. */
async function manyPictures({ folder, directory }: Bench, frames: number): Promise<string> {
  const many = join(directory, 'many');
  await mkdir(many);
  const files = await readdir(folder);
  for (let index = 0; index < frames; index++) {
    await link(join(folder, files[index % files.length] ?? ''), join(many, `${String(index).padStart(6, '0')}.jpg`));
  }
  return many;
}

/** A finite source waits until everything else runs: what it finds then has not worked yet. */
async function memoryWhenReady(running: Running): Promise<Memory> {
  const { workers } = running.supervisor;
  const source = workers.find(({ process }) => process.role.kind === 'source');
  while (source?.process.state === 'waiting') await new Promise((resolve) => setTimeout(resolve, 20));
  return memoryOf(running);
}

async function memoryOf(running: Running): Promise<Memory> {
  const workers = running.processes().filter(({ name }) => name !== 'broker');
  const entries = workers.map(async ({ name, pid }): Promise<[string, number]> => {
    const use = await pidusage(pid);
    return [name, use.memory / MEGABYTE];
  });
  return new Map(await Promise.all(entries));
}

interface MemoryOverTime {
  readonly beforeLoad: Memory;
  readonly steady: Memory;
  readonly after: Memory;
}

function judgeMemory({ beforeLoad, steady, after }: MemoryOverTime, frames: number): Check[] {
  const names = [...steady.keys()].filter((name) => name !== KILLED);
  const plain = names.filter((name) => name !== WITH_MODEL);
  const growth = new Map(names.map((name) => [name, ((after.get(name) ?? 0) / (steady.get(name) ?? NaN) - 1) * 100]));
  const most = (what: string, of: Limited): Check => {
    const [name, value] = worst(of.values, of.names);
    return atMost(`${what} (${name})`, value, of);
  };
  const [ofPlain, ofModel] = [
    { names: plain, limit: 150, unit: 'MB' },
    { names: [WITH_MODEL], limit: 300, unit: 'MB' },
  ];
  return [
    most('RSS without model, before load', { values: beforeLoad, ...ofPlain }),
    most(`RSS without model, after ${frames} frames`, { values: after, ...ofPlain }),
    most('RSS with model, before load', { values: beforeLoad, ...ofModel }),
    most(`RSS with model, after ${frames} frames`, { values: after, ...ofModel }),
    most('RSS grown since a tenth of them', { values: growth, names, limit: 10, unit: '%' }),
  ];
}

interface Limited {
  readonly values: ReadonlyMap<string, number>;
  readonly names: readonly string[];
  readonly limit: number;
  readonly unit: string;
}

function worst(values: ReadonlyMap<string, number>, names: readonly string[]): [string, number] {
  const found = names.map((name): [string, number] => [name, values.get(name) ?? NaN]);
  return found.reduce((worse, each) => (each[1] > worse[1] ? each : worse), ['', -Infinity]);
}

function judgeFrames(ledger: FrameLedger): Check[] {
  return [
    holds('every frame arrives, one stage killed', ledger.missing === 0, `${ledger.missing} missing`),
    holds('first occurrences in order', ledger.disordered === 0, `${ledger.disordered} out of order`),
    holds(
      'repeats carry the same id',
      ledger.strangers === 0,
      `${ledger.repeats} repeats, ${ledger.strangers} other ids`,
    ),
  ];
}
