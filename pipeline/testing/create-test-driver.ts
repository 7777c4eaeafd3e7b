import { join, resolve } from 'node:path';
import type { Logger } from '../ports/logger.ts';
import type { ProcessorDefinition } from '../ports/processor.ts';
import type { Environment } from '../registry/find-variable.ts';
import { loadDefinition } from '../registry/load.ts';
import { readTopology } from '../registry/read-topology.ts';
import { processorWithSecrets } from '../secrets/with-secrets.ts';
import type { Plan, StagePlan } from '../topology/plan.ts';
import { silentLog } from './silent-log.ts';
import { TopologyTestDriver } from './test-driver.ts';
import { unknownPart } from './unknown-part.ts';
import { timeMsOf, type TestTime } from './test-record.ts';

/** Where the clock of a test begins, if nobody says otherwise. */
export const TEST_BEGINS = '2026-01-01T00:00:00Z';

const PATIENCE_MS = 10_000;

export interface TestDriverOptions {
  /** Path of a topology file, its text, or a plan. */
  readonly topology: string | Plan;
  /** Where relative paths in the text of a topology begin; the current folder when left out. */
  readonly baseDirectory?: string;
  /** Processors at hand, which stages name by their names. */
  readonly processors?: readonly ProcessorDefinition[];
  /** Files laid over that of the topology, in this order. */
  readonly overlays?: readonly string[];
  /** What variables stand for, beside the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Values in place of those of the file, such as `defaults.guarantee=exactly-once`. */
  readonly set?: readonly string[];
  /** The stages to run; all when left out. Records of the others are put by the test. */
  readonly stages?: readonly string[];
  /** Guarantee of all stages, whatever the topology says. */
  readonly guarantee?: StagePlan['guarantee'];
  /** Time of the clock at first; 2026-01-01T00:00:00Z when left out. */
  readonly startTime?: TestTime;
  /**
   * Makes requests take turns by chance, the same for the same seed: another order of what may happen in any order, other
   * batches. Without it everything happens as soon as it can.
   */
  readonly seed?: number;
  /** Real time that a processor may take; 10 s when left out. */
  readonly patienceMs?: number;
  /** Whether the time-out of its stage strikes a call that takes longer, in place of TEST_UNSETTLED. */
  readonly timesOut?: boolean;
  readonly log?: Logger;
}

/** Starts all stages of a topology in this process, on a broker in memory and a clock that stands still. */
export async function createTestDriver(options: TestDriverOptions): Promise<TopologyTestDriver> {
  const { startTime = TEST_BEGINS, patienceMs = PATIENCE_MS, log = silentLog, seed, processors = [] } = options;
  const plan = asTested(await planFor(options), options);
  const atHand = new Map(processors.map((definition) => [definition.name, definition]));
  const definitions = new Map<string, ProcessorDefinition>();
  for (const stage of plan.stages) {
    const definition = atHand.get(stage.process) ?? (await loadDefinition('processor', stage.process));
    definitions.set(stage.name, processorWithSecrets(definition, stage, environmentOf(options)));
  }
  const driver = new TopologyTestDriver({
    plan,
    definitions,
    startMs: timeMsOf(startTime),
    patienceMs,
    timesOut: options.timesOut ?? false,
    log,
    seed,
  });
  await driver.start();
  return driver;
}

async function planFor(options: TestDriverOptions): Promise<Plan> {
  const { topology, baseDirectory, processors, overlays, set } = options;
  if (typeof topology !== 'string') return topology;
  const told = { processors, overlays, set, environment: environmentOf(options) };
  if (!topology.includes('\n')) return (await readTopology({ file: topology, ...told })).plan;
  const file = join(resolve(baseDirectory ?? '.'), 'topology.yaml');
  return (await readTopology({ file, text: topology, ...told })).plan;
}

function environmentOf({ environment }: TestDriverOptions): Environment {
  return { ...process.env, ...environment };
}

/** State is kept in memory: what a test leaves on a disk another test would find. */
function asTested(plan: Plan, { guarantee, stages }: TestDriverOptions): Plan {
  const known = plan.stages.map(({ name }) => name);
  for (const name of stages ?? [])
    if (!known.includes(name)) throw unknownPart(name, known, `topology "${plan.name}" has no stage`);
  const meant = stages ? plan.stages.filter(({ name }) => stages.includes(name)) : plan.stages;
  return { ...plan, stages: meant.map((stage) => ({ ...stage, state: 'memory', ...(guarantee && { guarantee }) })) };
}
