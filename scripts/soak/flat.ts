import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { complain } from '../../pipeline/cli/terminal.ts';
import { describeMachine } from '../bench/machine.ts';
import { livePlan } from '../bench/plans.ts';
import { provision } from '../bench/running.ts';
import { holds, type Check, type Probe } from './check.ts';
import { flatPage } from './flat-page.ts';
import { judgeFlat } from './judge-flat.ts';
import { Sampler } from './sampler.ts';

const FPS = 10;
const LOOKS = 600;
const LEAST_PAUSE_MS = 1_000;
const TOLD_EVERY_MS = 60_000;
/** Counted exactly once, with state on disk, beside the frames that are looked at as they are. */
const COUNTING = {
  from: 'frames.annotated',
  process: 'aggregate',
  with: { window: { type: 'tumbling', size: '1s' }, compute: { frames: 'count' } },
  to: 'frames.counted',
  guarantee: 'exactly-once',
  state: 'disk',
};
/** Java takes what heap it is given, and Kafka keeps files open until retention deletes them. */
const UNJUDGED = new Set(['broker']);

/** Live video for so many minutes: memory, open files, handles and lag of every process must not grow. */
export const flat: Probe = async ({ directory, broker, cleanup, progress }, { minutes, out }) => {
  process.chdir(directory); // state on disk is below
  progress(`${minutes} minutes at ${FPS} frames/s`);
  const plan = await livePlan(FPS, [`stages.counted=${JSON.stringify(COUNTING)}`]);
  const running = await provision(plan, broker, cleanup);
  void running.supervisor.start();
  while (running.supervisor.workers.some(({ process: worker }) => worker.state !== 'running')) {
    await Promise.race([sleep(LEAST_PAUSE_MS), running.failed]);
  }
  const sampler = new Sampler(running);
  const durationMs = minutes * 60_000;
  const endMs = performance.now() + durationMs;
  let toldMs = performance.now();
  while (performance.now() < endMs) {
    await sampler.look();
    await Promise.race([sleep(Math.max(LEAST_PAUSE_MS, durationMs / LOOKS)), running.failed]);
    if (performance.now() - toldMs < TOLD_EVERY_MS) continue;
    toldMs = performance.now();
    progress(`  ${Math.round((endMs - toldMs) / 60_000)} minutes left`);
  }
  const counted = running.supervisor.status().stages.at(-1)?.recordsIn ?? 0;
  await running.stop();

  const judged = judgeFlat(sampler.series, UNJUDGED);
  const checks: Check[] = [
    holds('every process went on to the end', counted > 0, `${counted} frames came through`),
    ...judged.map(({ check }) => check),
  ];
  if (out !== null) {
    await writeFile(out, flatPage({ judged, minutes, frames: counted, machine: describeMachine(broker.describe()) }));
    complain(`the report is in ${out}`);
  }
  return checks;
};
