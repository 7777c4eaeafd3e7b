import type { Plan, StagePlan, TapPlan } from '../plan.ts';
import { lossOfState, type Plans } from './loss-of-state.ts';

/** A stage or tap that goes on under another name. */
export interface Renaming {
  readonly from: { readonly name: string; readonly group: string };
  readonly to: { readonly name: string; readonly group: string };
  /** Changelogs whose content goes over. */
  readonly changelogs: readonly { readonly from: string; readonly to: string }[];
}

/** What a part was before: the one of its name, or the one whose name it had where that is gone. */
export function predecessorOf<Part extends { readonly name: string; readonly was?: string }>(
  part: Part,
  before: readonly Part[],
  after: readonly Part[],
): Part | null {
  const named = (name: string | undefined): Part | undefined => before.find((one) => one.name === name);
  const isGone = part.was !== undefined && !after.some(({ name }) => name === part.was);
  return named(part.name) ?? (isGone ? named(part.was) : undefined) ?? null;
}

/** Stages and taps that run under a name which the new plan gives up for another. */
export function renamingsOf(before: Plan, after: Plan): readonly Renaming[] {
  const stages = after.stages.flatMap((to) => {
    const from = predecessorOf(to, before.stages, after.stages);
    return from && from.name !== to.name ? [{ from, to, changelogs: changelogsOf(from, to, { before, after }) }] : [];
  });
  const taps = after.taps.flatMap((to) => {
    const from = predecessorOf<TapPlan>(to, before.taps, after.taps);
    return from && from.name !== to.name ? [{ from, to, changelogs: [] }] : [];
  });
  return [...stages, ...taps];
}

function changelogsOf(from: StagePlan, to: StagePlan, plans: Plans): Renaming['changelogs'] {
  if (lossOfState(from, to, plans) !== null) return [];
  return Object.entries(to.changelogs).flatMap(([store, topic]) => {
    const old = from.changelogs[store];
    return old === undefined ? [] : [{ from: old, to: topic }];
  });
}
