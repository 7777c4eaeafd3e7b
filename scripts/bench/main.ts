import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker, type BenchBroker } from './bench-broker.ts';
import { Cleanup } from './cleanup.ts';
import { rounded } from './figures.ts';
import { measureLatency } from './latency.ts';
import { measureLoop, type LoopFigures } from './loop.ts';
import { describeMachine } from './machine.ts';
import { measurePipeline } from './pipeline.ts';
import { fullSpeedPlan, livePlan } from './plans.ts';
import { reportText, type BenchReport } from './report.ts';
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

interface Bench {
  readonly scale: Scale;
  readonly folder: string;
  readonly directory: string;
  readonly broker: BenchBroker;
  readonly cleanup: Cleanup;
}

async function measureAll(scale: Scale, cleanup: Cleanup): Promise<BenchReport> {
  const directory = await mkdtemp(join(tmpdir(), 'tapline-bench-'));
  cleanup.add(() => rm(directory, { recursive: true, force: true }));
  progress('drawing the workload');
  const folder = await writeWorkload(directory, scale.pictures);
  const broker = await startBroker(directory, { cleanup, onProgress: progress });
  const machine = describeMachine(broker.describe());
  const bench: Bench = { scale, folder, directory, broker, cleanup };

  const { loop, pipeline } = await measureBoth(bench, 640);
  progress('loop, 2 workers');
  const loopOfTwo = await loopOf(bench, { workers: 2, decodeWidth: 640 });
  const fullSize = await measureBoth(bench, 1280);
  progress(`latency at ${OFFERED_FPS} frames/s`);
  const live = { offeredFps: OFFERED_FPS, warmUpFrames: LIVE_WARM_UP_FRAMES, frames: scale.latencyFrames };
  const latency = await measureLatency(await livePlan(OFFERED_FPS), live, bench);
  progress('small records');
  const passthrough = await measurePassThrough({ directory, records: scale.records }, bench);
  return {
    ratio: ratioOf(pipeline, loop),
    loop,
    loopOfTwo,
    pipeline,
    fullSize: { ratio: ratioOf(fullSize.pipeline, fullSize.loop), ...fullSize },
    latency,
    passthrough,
    machine,
  };
}

/** The loop right before the pipeline, so that both have the same machine. */
async function measureBoth(bench: Bench, decodeWidth: number): Promise<Pick<BenchReport, 'loop' | 'pipeline'>> {
  progress(`loop, 1 worker, decoded to ${decodeWidth} wide`);
  const loop = await loopOf(bench, { workers: 1, decodeWidth });
  progress(`  ${loop.fps} frames/s; five stages through Kafka, decoded to ${decodeWidth} wide`);
  const plan = await fullSpeedPlan(bench.folder, decodeWidth);
  const pipeline = await measurePipeline(plan, bench.scale, bench);
  progress(`  ${pipeline.fps} frames/s`);
  return { loop, pipeline };
}

async function loopOf(
  { folder, scale, cleanup }: Bench,
  { workers, decodeWidth }: { readonly workers: number; readonly decodeWidth: number },
): Promise<LoopFigures> {
  const { warmUpFrames, seconds } = scale;
  return measureLoop(await fullSpeedPlan(folder, decodeWidth), { folder, warmUpFrames, seconds, workers }, cleanup);
}

function ratioOf({ fps }: { readonly fps: number }, loop: LoopFigures): number {
  return rounded(fps / loop.fps);
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
