import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { compiledEntry } from '../../pipeline/compiled-entry.ts';
import { FatalError } from '../../pipeline/errors/pipeline-error.ts';
import type { Plan } from '../../pipeline/topology/plan.ts';
import type { Cleanup } from './cleanup.ts';
import { median, rounded, sum } from './figures.ts';

/** What one worker of the loop is told. */
export interface LoopOrder {
  readonly stages: readonly { readonly name: string; readonly process: string; readonly options: unknown }[];
  readonly folder: string;
  readonly warmUpFrames: number;
  readonly seconds: number;
}

/** What one worker of the loop measured; `times` are milliseconds, one for each frame. */
export interface LoopResult {
  readonly frames: number;
  readonly seconds: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly stages: readonly { readonly name: string; readonly times: readonly number[] }[];
}

/** The limit that Kafka is compared with. */
export interface LoopFigures {
  readonly workers: number;
  readonly fps: number;
  readonly cpuMsPerFrame: number;
  readonly peakRssBytes: number;
  /** Median milliseconds of each processor. */
  readonly stageMs: Readonly<Record<string, number>>;
}

/** Runs the processors of a plan in one plain loop in each of `workers` processes at the same time. */
export async function measureLoop(
  { stages }: Plan,
  order: Omit<LoopOrder, 'stages'> & { readonly workers: number },
  cleanup: Cleanup,
): Promise<LoopFigures> {
  const { workers, ...rest } = order;
  const parts = stages.map(({ name, process, options }) => ({ name, process, options }));
  const children = Array.from({ length: workers }, () => startWorker({ ...rest, stages: parts }, cleanup));
  await Promise.all(children.map((child) => messageFrom(child)));
  const results = (await Promise.all(
    children.map((child) => {
      child.send('go');
      return messageFrom(child);
    }),
  )) as LoopResult[];
  return {
    workers,
    fps: rounded(sum(results.map(({ frames, seconds }) => frames / seconds))),
    cpuMsPerFrame: rounded(sum(results.map(({ cpuMs }) => cpuMs)) / sum(results.map(({ frames }) => frames))),
    peakRssBytes: Math.max(...results.map(({ rssBytes }) => rssBytes)),
    stageMs: Object.fromEntries(
      parts.map(({ name }) => [name, rounded(median(results.flatMap((result) => timesOf(result, name))))]),
    ),
  };
}

function startWorker(order: LoopOrder, cleanup: Cleanup): ChildProcess {
  const child = fork(compiledEntry('./loop-worker.ts', import.meta.url), { serialization: 'advanced' });
  cleanup.add(async () => child.kill('SIGKILL'));
  child.send(order);
  return child;
}

async function messageFrom(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    const exit = once(child, 'exit', { signal }).then(([code]: unknown[]) => {
      throw new FatalError('INTERNAL', `a worker of the loop ended too early (exit code ${String(code)}); see above`);
    });
    const [message] = (await Promise.race([once(child, 'message', { signal }), exit])) as unknown[];
    return message;
  } finally {
    ended.abort();
  }
}

function timesOf({ stages }: LoopResult, name: string): readonly number[] {
  return stages.find((stage) => stage.name === name)?.times ?? [];
}
