import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import type { FrameMeta } from '../../pipeline/frame/frame-meta.ts';
import type { Plan } from '../../pipeline/topology/plan.ts';
import { arrivals } from './arrivals.ts';
import type { BenchBroker } from './bench-broker.ts';
import type { Cleanup } from './cleanup.ts';
import { spread, type Spread } from './figures.ts';
import { provision } from './running.ts';

/** How long frames take at an offered rate. */
export interface LatencyFigures extends Spread {
  readonly offeredFps: number;
  readonly frames: number;
  readonly dropped: number;
  /** Within each stage: from taken up to ready. */
  readonly stages: Readonly<Record<string, Spread>>;
  /** Between stages: written, acknowledged, fetched. The last one is to the reader. */
  readonly hops: Readonly<Record<string, Spread>>;
}

interface Passage {
  readonly meta: FrameMeta;
  readonly arrivedMs: number;
}

/** Runs a live plan and times its frames from capture to their arrival at a reader. */
export async function measureLatency(
  plan: Plan,
  { offeredFps, warmUpFrames, frames }: { offeredFps: number; warmUpFrames: number; frames: number },
  { broker, cleanup }: { readonly broker: BenchBroker; readonly cleanup: Cleanup },
): Promise<LatencyFigures> {
  const running = await provision(plan, broker, cleanup);
  void running.supervisor.start();
  const reader = arrivals(running, cleanup);
  for (let frame = 0; frame < warmUpFrames; frame++) await reader.next();
  const passages: Passage[] = [];
  while (passages.length < frames) {
    const { record, arrivedMs } = await reader.next();
    passages.push({ meta: readFrameMeta(record.headers), arrivedMs });
  }
  await reader.end();
  await running.stop();
  return figures(passages, offeredFps);
}

function figures(passages: readonly Passage[], offeredFps: number): LatencyFigures {
  const stages = new Map<string, number[]>();
  const hops = new Map<string, number[]>();
  for (const { meta, arrivedMs } of passages) {
    let before = { name: 'capture', outMs: meta.frame.captureTimeUs / 1000 };
    for (const { name, inUs, outUs } of meta.stages) {
      note(hops, `${before.name} > ${name}`, inUs / 1000 - before.outMs);
      note(stages, name, (outUs - inUs) / 1000);
      before = { name, outMs: outUs / 1000 };
    }
    note(hops, `${before.name} > reader`, arrivedMs - before.outMs);
  }
  return {
    ...spread(passages.map(({ meta, arrivedMs }) => arrivedMs - meta.frame.captureTimeUs / 1000)),
    offeredFps,
    frames: passages.length,
    dropped: passages.reduce((sum, { meta }) => sum + (meta.dropped?.count ?? 0), 0),
    stages: spreads(stages),
    hops: spreads(hops),
  };
}

function note(values: Map<string, number[]>, name: string, value: number): void {
  values.set(name, [...(values.get(name) ?? []), value]);
}

function spreads(values: ReadonlyMap<string, readonly number[]>): Readonly<Record<string, Spread>> {
  return Object.fromEntries([...values].map(([name, list]) => [name, spread(list)]));
}
