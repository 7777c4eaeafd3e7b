import { link, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Supervisor } from '../../pipeline/runtime/supervisor.ts';
import { arrivals } from '../bench/arrivals.ts';
import { fullSpeedPlan } from '../bench/plans.ts';
import type { Bench } from '../bench/rounds.ts';
import { provision } from '../bench/running.ts';
import { holds, type Check, type Probe } from './check.ts';
import type { FrameLedger } from './frame-ledger.ts';
import { judgeMemory, memoryOf, type Memory } from './memory.ts';
import { takeFrames } from './take-frames.ts';

/** Share of the run after which memory has to be steady. */
const STEADY_AFTER = 0.1;
const KILL_AFTER = 0.95;
const KILLED = 'resize-0';
const LOOK_MS = 20;
/** Missing frames that are named. */
const NAMED = 5;

/** Many frames at full speed: memory of the workers; and with a stage killed near the end nothing is lost. */
export const longRun: Probe = async (bench, { frames }) => {
  bench.progress(`${frames} frames at full speed`);
  const folder = await manyPictures(bench, frames);
  const plan = await fullSpeedPlan(folder, 640, ['sources.camera.with.loop=false']);
  const running = await provision(plan, bench.broker, bench.cleanup);
  const { supervisor } = running;
  void supervisor.start();
  const reader = arrivals(running, bench.cleanup);
  let steady: Memory = new Map();
  const onArrival = async (count: number): Promise<void> => {
    if (count === Math.floor(frames * STEADY_AFTER)) steady = await memoryOf(supervisor);
    if (count === Math.floor(frames * KILL_AFTER)) running.kill(KILLED);
  };
  const taking = takeFrames({ frames, next: () => reader.next(), onArrival });
  const [beforeLoad, ledger] = await Promise.all([memoryWhenReady(supervisor), taking]);
  const after = await memoryOf(supervisor);
  await reader.end();
  await running.stop();
  return [...judgeMemory({ beforeLoad, steady, after }, { frames, killed: KILLED }), ...judgeFrames(ledger)];
};

/** The workload under many names: links cost nothing. */
async function manyPictures({ folder, directory }: Bench, frames: number): Promise<string> {
  const many = join(directory, 'many');
  await mkdir(many);
  const files = await readdir(folder);
  for (let index = 0; index < frames; index++) {
    await link(join(folder, files[index % files.length] ?? ''), join(many, `${String(index).padStart(6, '0')}.jpg`));
  }
  return many;
}

/** A finite source waits until everything else runs: what it finds then has not worked yet. */
async function memoryWhenReady(supervisor: Supervisor): Promise<Memory> {
  const source = supervisor.workers.find(({ process }) => process.role.kind === 'source');
  while (source?.process.state === 'waiting') await sleep(LOOK_MS);
  return memoryOf(supervisor);
}

/** Judges what has arrived. */
export function judgeFrames(ledger: FrameLedger): Check[] {
  const { missing, disordered, repeats, strangers } = ledger;
  const named = [...missing.slice(0, NAMED), ...(missing.length > NAMED ? ['...'] : [])].join(', ');
  const lost = missing.length === 0 ? '0 missing' : `${missing.length} missing: seq ${named}`;
  return [
    holds('every frame arrives, one stage killed', ledger.isFull, lost),
    holds('first occurrences in order', disordered === 0, `${disordered} out of order`),
    holds('repeats carry the same id', strangers === 0, `${repeats} repeats, ${strangers} other ids`),
  ];
}
