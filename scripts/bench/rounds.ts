import type { Cleanup } from './cleanup.ts';
import type { BenchBroker } from './bench-broker.ts';
import { rounded } from './figures.ts';
import { measureLoop, type LoopFigures } from './loop.ts';
import { measurePipeline, type PipelineFigures } from './pipeline.ts';
import { fullSpeedPlan } from './plans.ts';
import type { Scale } from './scale.ts';

/** What every part of the bench works with. */
export interface Bench {
  readonly scale: Scale;
  /** Folder of the workload. */
  readonly folder: string;
  readonly directory: string;
  readonly broker: BenchBroker;
  readonly cleanup: Cleanup;
  readonly progress: (line: string) => void;
}

/** Loop and pipeline measured right after each other, so that both had the same machine. */
export interface Round {
  readonly loop: LoopFigures;
  readonly pipeline: PipelineFigures;
  /** Frames a second of the pipeline divided by those of the loop. */
  readonly ratio: number;
}

/** Measures loop and pipeline in turn, `rounds` times; gives the round with the median ratio. */
export async function medianRound(bench: Bench, decodeWidth: number, rounds: number): Promise<Round> {
  const measured: Round[] = [];
  while (measured.length < rounds) {
    const of = rounds > 1 ? `, round ${measured.length + 1} of ${rounds}` : '';
    measured.push(await measureRound(bench, decodeWidth, of));
  }
  const sorted = measured.sort((a, b) => a.ratio - b.ratio);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  if (!median) throw new RangeError('a bench has at least one round');
  return median;
}

/** The processors alone, in `workers` processes at the same time. */
export async function loopOf(
  { folder, scale, cleanup }: Bench,
  { workers, decodeWidth }: { readonly workers: number; readonly decodeWidth: number },
): Promise<LoopFigures> {
  const { warmUpFrames, seconds } = scale;
  return measureLoop(await fullSpeedPlan(folder, decodeWidth), { folder, warmUpFrames, seconds, workers }, cleanup);
}

async function measureRound(bench: Bench, decodeWidth: number, of: string): Promise<Round> {
  const { progress } = bench;
  progress(`loop, 1 worker, decoded to ${decodeWidth} wide${of}`);
  const loop = await loopOf(bench, { workers: 1, decodeWidth });
  progress(`  ${loop.fps} frames/s; five stages through Kafka, decoded to ${decodeWidth} wide${of}`);
  const pipeline = await measurePipeline(await fullSpeedPlan(bench.folder, decodeWidth), bench.scale, bench);
  progress(`  ${pipeline.fps} frames/s`);
  return { loop, pipeline, ratio: rounded(pipeline.fps / loop.fps) };
}
