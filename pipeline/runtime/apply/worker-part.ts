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

/** Whether the code of a worker is another under the other plan: what it was before is nowhere any more. */
export function changesCode(role: Role, before: Plan, after: Plan): boolean {
  const [old, now] = [codeOf(role, before), codeOf(role, after)];
  return old !== undefined && now !== undefined && old !== now;
}

/** A plan with the code of its parts as the other plan has it. */
export function withCodeOf(plan: Plan, other: Plan): Plan {
  const coded = <Part extends { readonly name: string; readonly code?: string }>(
    parts: readonly Part[],
    others: readonly Part[],
  ): readonly Part[] =>
    parts.map((part) => {
      const code = others.find(({ name }) => name === part.name)?.code;
      return part.code === undefined || code === undefined ? part : { ...part, code };
    });
  return {
    ...plan,
    sources: coded(plan.sources, other.sources),
    stages: coded(plan.stages, other.stages),
    taps: coded(plan.taps, other.taps),
  };
}

function codeOf({ kind, name }: Role, plan: Plan): string | undefined {
  return plan[`${kind}s`].find((part) => part.name === name)?.code;
}
