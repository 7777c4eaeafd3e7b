import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { complain } from '../../pipeline/cli/terminal.ts';
import { startBroker } from './bench-broker.ts';
import { Cleanup } from './cleanup.ts';
import { measureLatency } from './latency.ts';
import { describeMachine } from './machine.ts';
import { livePlan } from './plans.ts';
import { reportText, type BenchReport } from './report.ts';
import { loopOf, medianRound, type Bench } from './rounds.ts';
import { FULL, QUICK, type Scale } from './scale.ts';
import { measurePassThrough } from './small-records.ts';
import { writeWorkload } from './workload.ts';

const OFFERED_FPS = 10;
const LIVE_WARM_UP_FRAMES = 20;

/**
 * Measures the five stages through Kafka against the same processors in one plain loop, the latency at ten frames a
 * second, and small records; prints a table and writes the figures to `json`. Needs a broker that can be started, or
 * the one KAFKA_BROKERS names.
 */
export async function runBench(options: { readonly quick: boolean; readonly json?: string }): Promise<void> {
  const cleanup = new Cleanup();
  cleanup.onInterrupt();
  try {
    const report = await measureAll(options.quick ? QUICK : FULL, cleanup);
    process.stdout.write(`\n${reportText(report)}`);
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await cleanup.run();
  }
}

/** A workload, a broker, and what undoes both. */
export async function prepare(scale: Scale, cleanup: Cleanup): Promise<Bench> {
  const directory = await mkdtemp(join(tmpdir(), 'tapline-bench-'));
  cleanup.add(() => rm(directory, { recursive: true, force: true }));
  complain('drawing the workload');
  const folder = await writeWorkload(directory, scale.pictures);
  const broker = await startBroker(directory, { cleanup, onProgress: complain });
  return { scale, folder, directory, broker, cleanup, progress: complain };
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
