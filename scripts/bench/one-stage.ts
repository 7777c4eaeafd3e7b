import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compiledEntry } from '../../pipeline/compiled-entry.ts';
import type { Plan } from '../../pipeline/topology/plan.ts';
import { PARTITIONS } from './fill.ts';
import { planOf } from './plans.ts';

/** Settings of the one stage, in the words of the topology file. */
export type StageSettings = Readonly<Record<string, unknown>>;

/** A topology of one stage that hands every record on. */
export function passThroughPlan(directory: string, settings: StageSettings): Promise<Plan> {
  return oneStagePlan(directory, { process: compiledEntry('./pass-through.ts', import.meta.url), ...settings });
}

/** A topology of one stage from topic `in` to topic `out`, under names of its own. */
export async function oneStagePlan(directory: string, settings: StageSettings): Promise<Plan> {
  const file = join(directory, 'one-stage.yaml');
  const topology = {
    name: 'bench',
    defaults: { partitions: PARTITIONS },
    topics: { in: {} },
    stages: { stage: { from: 'in', to: 'out', ...settings } },
  };
  await writeFile(file, JSON.stringify(topology)); // JSON is YAML
  return planOf(file, []);
}

/** The same plan, but its stage reads a topic that is there already. */
export function reading(topic: string, plan: Plan): Plan {
  const own = plan.stages[0]?.from ?? [];
  return {
    ...plan,
    topics: plan.topics.filter(({ name }) => !own.includes(name)),
    stages: plan.stages.map((stage) => ({ ...stage, from: [topic] })),
  };
}
