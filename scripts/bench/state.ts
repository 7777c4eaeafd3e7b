import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { compiledEntry } from '../../pipeline/compiled-entry.ts';
import { FatalError } from '../../pipeline/errors/pipeline-error.ts';
import type { BenchBroker } from './bench-broker.ts';
import type { Cleanup } from './cleanup.ts';
import { median } from './figures.ts';
import { fill, PARTITIONS, type RecordAt } from './fill.ts';
import { makeInput, type Input } from './input.ts';
import { oneStagePlan, reading } from './one-stage.ts';
import { provision, runAgain, type Running } from './running.ts';
import { steadyRate, untilCommitted, type SteadyRate } from './steady-rate.ts';

export type Kept = 'memory' | 'disk';

/** How much is measured. */
export interface StateScale {
  readonly rounds: number;
  /** Records that are counted. */
  readonly records: number;
  /** Keys that are restored. */
  readonly keys: number;
}

export interface StateBench {
  readonly scale: StateScale;
  readonly directory: string;
  readonly broker: BenchBroker;
  readonly cleanup: Cleanup;
  readonly progress: (line: string) => void;
}

/** What state costs one worker. */
export interface StateFigures {
  /** Windowed counts: records a second, median of the rounds. */
  readonly counting: Readonly<Record<Kept, number>>;
  /** Processor time of the worker for a record, microseconds, median of the rounds. */
  readonly countingCpuUs: Readonly<Record<Kept, number>>;
  readonly keys: number;
  /** Changelog records a second until a worker that had nothing has answered for every task. */
  readonly restore: Readonly<Record<Kept, number>>;
  /** Start of a worker whose files are there, seconds. */
  readonly warm: Restart;
}

/** Until every task has answered: since the process was started, and since it was a member that works. */
export interface Restart {
  readonly fromStartS: number;
  readonly fromReadyS: number;
}

const RECORD_BYTES = 200;
const GROUPS = 1000;
const KEPT: readonly Kept[] = ['memory', 'disk'];
const LOOK_MS = 5;

/** Counts in tumbling windows of ten seconds, with one worker, in memory and on disk by turns. */
export async function measureCounting(bench: StateBench): Promise<Pick<StateFigures, 'counting' | 'countingCpuUs'>> {
  const { scale, progress } = bench;
  progress(`counting: writing ${scale.records} records`);
  const start = Date.now() - scale.records;
  const recordAt: RecordAt = (index) => ({
    key: `group-${Math.floor(index / PARTITIONS) % GROUPS}`,
    value: JSON.stringify({ value: index }).padEnd(RECORD_BYTES),
    timestampMs: start + index,
  });
  const topic = `bench-${randomUUID().slice(0, 8)}.in`;
  const input = await makeInput({ topic, records: scale.records, recordBytes: RECORD_BYTES, recordAt }, bench);
  const measured: Record<Kept, SteadyRate[]> = { memory: [], disk: [] };
  for (let round = 0; round < scale.rounds; round++) {
    for (const kept of round % 2 === 0 ? KEPT : KEPT.toReversed()) {
      const rate = await count(kept, input, bench);
      progress(`counting, state in ${kept}, round ${round + 1} of ${scale.rounds}: ${rate.recordsPerSecond}/s`);
      measured[kept].push(rate);
    }
  }
  await input.remove();
  const medians = (of: (rate: SteadyRate) => number): Record<Kept, number> => ({
    memory: median(measured.memory.map(of)),
    disk: median(measured.disk.map(of)),
  });
  return {
    counting: medians(({ recordsPerSecond }) => recordsPerSecond),
    countingCpuUs: medians(({ workerCpuUs }) => workerCpuUs),
  };
}

async function count(
  state: Kept,
  { topic, records }: Input,
  { directory, broker, cleanup }: StateBench,
): Promise<SteadyRate> {
  const options = { window: { type: 'tumbling', size: '10s' }, compute: { n: 'count' } };
  const plan = reading(topic, await oneStagePlan(directory, { process: 'aggregate', with: options, state }));
  const running = await provision(plan, broker, cleanup);
  void running.supervisor.start();
  const rate = await steadyRate(running, records);
  await running.stop();
  return rate;
}

/** Restores a store from its changelog, in memory and on disk; then starts once more with the files that are there. */
export async function measureRestore(bench: StateBench): Promise<Pick<StateFigures, 'restore' | 'warm' | 'keys'>> {
  const { keys } = bench.scale;
  const memory = await coldStart('memory', bench);
  await memory.running.stop();
  const disk = await coldStart('disk', bench);
  await disk.running.supervisor.stop();
  bench.progress('starting again with what is on disk');
  const again = runAgain(disk.running, bench);
  const warm = await answered(again, 2 * PARTITIONS);
  await again.stop();
  await disk.running.stop();
  const perSecond = ({ fromReadyS }: Restart): number => Math.round(keys / fromReadyS);
  return { keys, warm, restore: { memory: perSecond(memory.restart), disk: perSecond(disk.restart) } };
}

async function coldStart(state: Kept, bench: StateBench): Promise<{ running: Running; restart: Restart }> {
  const { scale, directory, broker, cleanup, progress } = bench;
  const process = compiledEntry('./remember.ts', import.meta.url);
  const running = await provision(await oneStagePlan(directory, { process, state }), broker, cleanup);
  const topic = running.plan.stages[0]?.changelogs['last'] ?? '';
  progress(`writing a changelog of ${scale.keys} keys`);
  const value = JSON.stringify('x'.repeat(RECORD_BYTES - 2));
  const recordAt: RecordAt = (index) => ({ key: keyOf(index), value, timestampMs: Date.now() });
  await fill(running.kafka.producer(), { topic, records: scale.keys, recordBytes: RECORD_BYTES, recordAt });
  progress(`restoring it, state in ${state}`);
  return { running, restart: await answered(running, PARTITIONS) };
}

/** Asks every task for a key, starts, and waits until all questions so far, `questions` of them, are answered. */
async function answered(running: Running, questions: number): Promise<Restart> {
  const { plan, kafka, supervisor } = running;
  const recordAt: RecordAt = (index) => ({ key: keyOf(index), value: 'known?', timestampMs: Date.now() });
  const topic = plan.stages[0]?.from[0] ?? '';
  await fill(kafka.producer(), { topic, records: PARTITIONS, recordBytes: RECORD_BYTES, recordAt });
  const startedMs = performance.now();
  void supervisor.start();
  while (supervisor.workers.some(({ process }) => process.state !== 'running')) {
    await Promise.race([sleep(LOOK_MS), running.failed]);
  }
  const readyMs = performance.now();
  const { atMs } = await untilCommitted(running, questions);
  const { deadLetters = 0 } = supervisor.status().stages[0] ?? {};
  if (deadLetters > 0) throw new FatalError('INTERNAL', 'a key was not restored; the measurement is void');
  return { fromStartS: (atMs - startedMs) / 1000, fromReadyS: (atMs - readyMs) / 1000 };
}

function keyOf(index: number): string {
  return `key-${String(index).padStart(8, '0')}`;
}
