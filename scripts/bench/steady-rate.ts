import { setTimeout as sleep } from 'node:timers/promises';
import { rounded } from './figures.ts';
import { ProcessMeter, type ProcessUse } from './process-meter.ts';
import type { Running } from './running.ts';

const LOOK_MS = 100;
/** Shares of the input between which the rate is taken: start and end of the worker are not steady. */
const STEADY = { from: 0.2, to: 0.95 };

/** How fast a stage got through its input, and what that took. */
export interface SteadyRate {
  readonly recordsPerSecond: number;
  /** Processor time of the worker for a record, microseconds: says more than the rate where the machine is not ours alone. */
  readonly workerCpuUs: number;
  readonly processes: readonly ProcessUse[];
}

/** Watches what the one stage of a running topology commits of `records` records that lie there. */
export async function steadyRate(running: Running, records: number): Promise<SteadyRate> {
  const first = await untilCommitted(running, records * STEADY.from);
  const meter = new ProcessMeter(running.processes());
  await meter.start();
  const last = await untilCommitted(running, records * STEADY.to);
  const processes = await meter.stop();
  const counted = last.count - first.count;
  const worker = processes.find(({ name }) => name !== 'broker');
  return {
    recordsPerSecond: Math.round((counted * 1000) / (last.atMs - first.atMs)),
    workerCpuUs: rounded(((worker?.cpuMs ?? NaN) * 1000) / counted),
    processes,
  };
}

/** Waits until the stage has committed so many records of its input: outputs in transactions have offsets of their own. */
export async function untilCommitted(
  { plan, admin, failed }: Running,
  wanted: number,
): Promise<{ readonly count: number; readonly atMs: number }> {
  const { group = '', from = [] } = plan.stages.at(-1) ?? {};
  for (;;) {
    const partitions = await Promise.race([admin.lag(group, from), failed]);
    const count = partitions.reduce((sum, { committed }) => sum + Number(committed ?? 0), 0);
    if (count >= wanted) return { count, atMs: performance.now() };
    await sleep(LOOK_MS);
  }
}
