import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultName } from './cells.ts';
import { STAGES, WORKERS, type StageName } from './chaos-topology.ts';
import type { ChaosBroker } from './chaos-broker.ts';
import { between, oneOf, type Random } from './random.ts';
import type { Workers } from './workers.ts';

/** What a fault can lay its hands on. */
export interface Field {
  readonly workers: Workers;
  readonly broker: ChaosBroker;
  readonly random: Random;
}

type Fault = (field: Field) => Promise<void>;

/** Past the time-out of a session, 10 s; mostly before that of a transaction, 15 s, so that one may still be open. */
const STOPPED_MS = [11_500, 14_000] as const;
const RESTART_MS = [0, 1_000] as const;
/** Between the strikes at several workers. */
const APART_MS = [0, 150] as const;
const AWAY_MS = [200, 3_000] as const;
const MOST_WORKERS = 4;

interface Victim {
  readonly stage: StageName;
  readonly pid: number;
}

/** Some workers of some stages: now one, now several, now of both stages at once. */
async function victims({ workers, random }: Field, most: number): Promise<readonly Victim[]> {
  const struck = oneOf<readonly StageName[]>(random, [[STAGES[0]], [STAGES[1]], STAGES, STAGES]);
  const found: Victim[] = [];
  for (const stage of struck) {
    const pids = [...(await workers.pids(stage))];
    const count = Math.min(pids.length, 1 + Math.floor(random() * most));
    while (found.filter((victim) => victim.stage === stage).length < count) {
      const [pid] = pids.splice(Math.floor(random() * pids.length), 1);
      if (pid !== undefined) found.push({ stage, pid });
    }
  }
  return found;
}

/** Each fault of the matrix; it is over when the harness has done all it does about it. */
export const faults: Readonly<Record<FaultName, Fault>> = {
  async sigterm(field) {
    const struck = await victims(field, 2);
    await Promise.all(
      struck.map(async ({ stage, pid }) => {
        await field.workers.remove(stage, pid);
        await field.workers.replace(stage);
      }),
    );
  },

  async sigkill(field) {
    const { workers, random } = field;
    const struck = await victims(field, WORKERS);
    for (const { pid } of struck) {
      await workers.kill(pid);
      await sleep(between(random, ...APART_MS));
    }
    await sleep(between(random, ...RESTART_MS));
    await Promise.all(struck.map(({ stage }) => workers.replace(stage)));
  },

  async sigstop(field) {
    const { random } = field;
    const struck = await victims(field, WORKERS - 1);
    for (const { pid } of struck) {
      process.kill(pid, 'SIGSTOP');
      await sleep(between(random, ...APART_MS));
    }
    await sleep(between(random, ...STOPPED_MS));
    for (const { pid } of struck) process.kill(pid, 'SIGCONT');
  },

  async 'worker-added'({ workers, random }) {
    const stage = oneOf(random, STAGES);
    const [oldest, ...others] = await workers.pids(stage);
    if (oldest !== undefined && others.length + 1 >= MOST_WORKERS) await workers.remove(stage, oldest);
    await workers.add(stage);
  },

  async 'worker-removed'({ workers, random }) {
    const stage = oneOf(random, STAGES);
    const there = await workers.pids(stage);
    await workers.remove(stage, oneOf(random, there));
    if (there.length < WORKERS) await workers.replace(stage);
  },

  'broker-bounced': ({ broker, random }) => broker.bounce('SIGTERM', between(random, ...AWAY_MS)),

  'broker-killed': ({ broker, random }) => broker.bounce('SIGKILL', between(random, ...AWAY_MS)),
};

/** How many workers a cell begins with. */
export function workersAtFirst(fault: FaultName): number {
  return fault === 'worker-added' ? 1 : WORKERS;
}
