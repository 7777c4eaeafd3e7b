import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { complain } from '../../pipeline/cli/terminal.ts';
import { startBroker } from './bench-broker.ts';
import { Cleanup } from './cleanup.ts';
import { guaranteesText, stateText } from './guarantee-report.ts';
import { measureGuarantees, WORKLOADS, type GuaranteeFigures } from './guarantees.ts';
import { measureLatency } from './latency.ts';
import { describeMachine } from './machine.ts';
import { livePlan } from './plans.ts';
import { reportText, type BenchReport } from './report.ts';
import { loopOf, medianRound, type Bench } from './rounds.ts';
import { FULL, FULL_GUARANTEES, FULL_STATE, QUICK, QUICK_GUARANTEES, QUICK_STATE, type Scale } from './scale.ts';
import { measurePassThrough } from './small-records.ts';
import { measureCounting, measureRestore } from './state.ts';
import { writeWorkload } from './workload.ts';

const OFFERED_FPS = 10;
const LIVE_WARM_UP_FRAMES = 20;

/** What the bench can measure. */
export type Part = 'stages' | 'guarantees' | 'state';

export interface BenchOptions {
  readonly quick: boolean;
  readonly json?: string;
}

/**
 * Measures one part and prints a table; writes the figures to `json`. `stages`: the five stages through Kafka against the
 * same processors in one plain loop, the latency at ten frames a second, and small records. `guarantees`: at-least-once
 * and exactly-once by turns. `state`: windowed counts, restores, a warm restart. Needs a broker that can be started, or
 * the one KAFKA_BROKERS names.
 */
export async function runBench(part: Part, options: BenchOptions): Promise<void> {
  const cleanup = new Cleanup();
  cleanup.onInterrupt();
  const json = options.json === undefined ? null : resolve(options.json);
  try {
    const { report, text } = await measurements[part](options.quick, cleanup);
    process.stdout.write(`\n${text}`);
    if (json !== null) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await cleanup.run();
  }
}

interface Measured {
  readonly report: object;
  readonly text: string;
}

const measurements: Readonly<Record<Part, (quick: boolean, cleanup: Cleanup) => Promise<Measured>>> = {
  stages: async (quick, cleanup) => {
    const report = await measureAll(quick ? QUICK : FULL, cleanup);
    return { report, text: reportText(report) };
  },
  guarantees: async (quick, cleanup) => {
    const bench = { ...(await place(cleanup)), scale: quick ? QUICK_GUARANTEES : FULL_GUARANTEES };
    const machine = describeMachine(bench.broker.describe());
    const guarantees: GuaranteeFigures[] = [];
    for (const workload of WORKLOADS) guarantees.push(await measureGuarantees(workload, bench));
    return { report: { guarantees, machine }, text: guaranteesText({ guarantees, machine }) };
  },
  state: async (quick, cleanup) => {
    const bench = { ...(await place(cleanup)), scale: quick ? QUICK_STATE : FULL_STATE };
    process.chdir(bench.directory); // workers keep their files below
    const machine = describeMachine(bench.broker.describe());
    const report = { ...(await measureCounting(bench)), ...(await measureRestore(bench)), machine };
    return { report, text: stateText(report) };
  },
};

type Place = Pick<Bench, 'directory' | 'broker' | 'cleanup' | 'progress'>;

/** A folder and a broker, and what undoes both. */
async function place(cleanup: Cleanup): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'tapline-bench-'));
  cleanup.add(() => rm(directory, { recursive: true, force: true }));
  const broker = await startBroker(directory, { cleanup, onProgress: complain });
  return { directory, broker, cleanup, progress: complain };
}

/** A workload, a broker, and what undoes both. */
export async function prepare(scale: Scale, cleanup: Cleanup): Promise<Bench> {
  const there = await place(cleanup);
  complain('drawing the workload');
  const folder = await writeWorkload(there.directory, scale.pictures);
  return { ...there, scale, folder };
}

async function measureAll(scale: Scale, cleanup: Cleanup): Promise<BenchReport> {
  const bench = await prepare(scale, cleanup);
  const { directory, progress } = bench;
  const machine = describeMachine(bench.broker.describe());
  const { loop, pipeline, ratio } = await medianRound(bench, 640, scale.rounds);
  progress('loop, 2 workers');
  const loopOfTwo = await loopOf(bench, { workers: 2, decodeWidth: 640 });
  const fullSize = await medianRound(bench, 1280, 1);
  progress(`latency at ${OFFERED_FPS} frames/s`);
  const live = { offeredFps: OFFERED_FPS, warmUpFrames: LIVE_WARM_UP_FRAMES, frames: scale.latencyFrames };
  const latency = await measureLatency(await livePlan(OFFERED_FPS), live, bench);
  progress('small records');
  const passthrough = await measurePassThrough({ directory, records: scale.records }, bench);
  return {
    ratio,
    loop: { ...loop, fps2Workers: loopOfTwo.fps },
    loopOfTwo,
    pipeline,
    fullSize,
    latency,
    passthrough,
    machine,
  };
}
