import type { Plan } from '../../pipeline/topology/plan.ts';
import { arrivals } from './arrivals.ts';
import type { BenchBroker } from './bench-broker.ts';
import type { Cleanup } from './cleanup.ts';
import { rounded, sum } from './figures.ts';
import { ProcessMeter, type ProcessUse } from './process-meter.ts';
import { provision } from './running.ts';

/** The stages through Kafka at full speed. */
export interface PipelineFigures {
  readonly fps: number;
  /** Of source, stages and broker together. */
  readonly cpuMsPerFrame: number;
  readonly frames: number;
  readonly seconds: number;
  readonly processes: readonly {
    readonly name: string;
    readonly cpuMsPerFrame: number;
    readonly peakRssBytes: number;
  }[];
}

export interface PipelineOrder {
  /** Frames that go by before the measurement begins. */
  readonly warmUpFrames: number;
  readonly seconds: number;
}

/** Runs a plan with its real supervisor and workers and counts what arrives at its last topic. */
export async function measurePipeline(
  plan: Plan,
  { warmUpFrames, seconds }: PipelineOrder,
  { broker, cleanup }: { readonly broker: BenchBroker; readonly cleanup: Cleanup },
): Promise<PipelineFigures> {
  const running = await provision(plan, broker, cleanup);
  void running.supervisor.start();
  const frames = arrivals(running, cleanup);
  for (let frame = 0; frame < warmUpFrames; frame++) await frames.next();

  const meter = new ProcessMeter([...running.processes(), { name: 'bench', pid: process.pid }]);
  await meter.start();
  const first = await frames.next();
  let last = first;
  let count = 0;
  for (; last.arrivedMs - first.arrivedMs < seconds * 1000; count++) last = await frames.next();
  const used = await meter.stop();
  await frames.end();
  await running.stop();
  return figures({ count, seconds: (last.arrivedMs - first.arrivedMs) / 1000 }, used);
}

function figures({ count, seconds }: { count: number; seconds: number }, used: readonly ProcessUse[]): PipelineFigures {
  const processes = used.map(({ name, cpuMs, peakRssBytes }) => ({
    name,
    cpuMsPerFrame: rounded(cpuMs / count),
    peakRssBytes,
  }));
  const pipeline = processes.filter(({ name }) => name !== 'bench');
  return {
    fps: rounded(count / seconds),
    cpuMsPerFrame: rounded(sum(pipeline.map(({ cpuMsPerFrame }) => cpuMsPerFrame))),
    frames: count,
    seconds: rounded(seconds),
    processes,
  };
}
