import type { Change } from './change.ts';
import { sourceChanges } from './source-changes.ts';
import { stageChanges, type Situation } from './stage-changes.ts';
import { tapChanges } from './tap-changes.ts';
import { topicChanges } from './topic-changes.ts';

export { refusedOf, type BrokerFacts, type Change, type TopicFacts } from './change.ts';
export { resetChangelogs } from './loss-of-state.ts';
export { renamingsOf, type Renaming } from './predecessor.ts';
export type { Situation } from './stage-changes.ts';

/** All that making a topology as planned would do to what runs (or to nothing) and to its broker. */
export function changesOf(situation: Situation): readonly Change[] {
  return [
    ...topicChanges(situation),
    ...sourceChanges(situation),
    ...stageChanges(situation),
    ...tapChanges(situation),
    ...groupChanges(situation),
  ];
}

/** Groups that nobody is in any more. */
function groupChanges({ before, after, facts }: Situation): readonly Change[] {
  const planned = new Set([...after.stages, ...after.taps].map(({ group }) => group));
  const old = [...(before?.stages ?? []), ...(before?.taps ?? []).filter(({ mode }) => mode === 'durable')].map(
    ({ group }) => group,
  );
  return old
    .filter((group) => !planned.has(group) && facts.groups.has(group))
    .map((name) => ({
      of: 'group',
      name,
      what: 'orphaned',
      details: [],
      offsets: 'kept',
      state: null,
      effects: ['nobody is in it any more'],
      destroys: null,
    }));
}
