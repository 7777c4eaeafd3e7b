import type { Plan, StagePlan } from '../plan.ts';
import { isSame } from './differences.ts';

/** What runs, and what shall. */
export interface Plans {
  readonly before: Plan;
  readonly after: Plan;
}

/** Why the state of a stage is of no use to what it becomes; null where it is of use, or there is none. */
export function lossOfState(from: StagePlan, to: StagePlan, { before, after }: Plans): string | null {
  const [old, now] = [from.stateMeaning, to.stateMeaning];
  if (!old || !now) return null;
  if (old.process !== now.process) return `it was made by another processor, ${basename(old.process)}`;
  if (!isSame(old.options, now.options)) return 'options that give it its meaning change';
  const retyped = Object.keys(now.stores).find((name) => name in old.stores && old.stores[name] !== now.stores[name]);
  if (retyped !== undefined) return `store ${retyped} becomes one of another type`;
  if (isSame(from.from, to.from) || tasksOf(from, before) === tasksOf(to, after)) return null;
  return 'its new inputs have another number of partitions, so that keys belong to other tasks';
}

/** Changelogs that have to begin anew where they go on under their names. */
export function resetChangelogs({ before, after }: Plans): readonly string[] {
  return after.stages.flatMap((to) => {
    const from = before.stages.find(({ name }) => name === to.name);
    if (!from || lossOfState(from, to, { before, after }) === null) return [];
    return Object.values(to.changelogs).filter((topic) => Object.values(from.changelogs).includes(topic));
  });
}

function tasksOf({ from }: StagePlan, { topics }: Plan): number {
  return Math.max(...topics.filter(({ name }) => from.includes(name)).map(({ partitions }) => partitions));
}

function basename(reference: string): string {
  return reference.split(/[\\/]/).at(-1) ?? reference;
}
