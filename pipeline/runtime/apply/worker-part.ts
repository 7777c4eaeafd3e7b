import { dirname } from 'node:path';
import { isSame } from '../../topology/changes/differences.ts';
import type { Plan } from '../../topology/plan.ts';
import type { Role } from '../messages.ts';
import { planOf } from '../plan-of.ts';

/** Whether a worker would run the same under the other plan, so that it can be left alone. */
export function runsTheSame(role: Role, before: Plan, after: Plan): boolean {
  return isSame(partOf(role, before), partOf(role, after));
}

/** All that a worker takes from its plan. What feeds back on a source is told to it while it runs. */
function partOf(role: Role, { file, topics, ...plan }: Plan): unknown {
  const part = plan[`${role.kind}s`].find(({ name }) => name === role.name);
  if (!part) return null;
  const { maxMessageBytes } = planOf(topics, { name: part.deadLetterTopic });
  return { ...part, replicas: 1, was: null, folder: dirname(file), maxMessageBytes };
}
