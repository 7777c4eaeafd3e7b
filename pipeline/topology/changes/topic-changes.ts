import type { TopicPlan } from '../plan.ts';
import { plainChange, type Change, type TopicFacts } from './change.ts';
import type { Situation } from './stage-changes.ts';
import { counted } from './wording.ts';

/** Changes of topics. None is ever deleted. */
export function topicChanges({ before, after, facts }: Situation): readonly Change[] {
  const planned = new Set(after.topics.map(({ name }) => name));
  const orphans = (before?.topics ?? []).filter(({ name, holds }) => holds !== 'changes' && !planned.has(name));
  return [
    ...after.topics.flatMap((topic) => {
      const found = facts.topics.get(topic.name);
      return found ? changed(topic, found) : [created(topic)];
    }),
    ...orphans.map(({ name }) => {
      const records = facts.topics.get(name)?.records ?? 0;
      const effects = [`nothing uses it any more; it keeps its ${counted(records, 'record')}`];
      return plainChange({ of: 'topic', name, what: 'orphaned', effects });
    }),
  ];
}

function created({ name, partitions }: TopicPlan): Change {
  return plainChange({ of: 'topic', name, what: 'created', effects: [counted(partitions, 'partition')] });
}

function changed({ name }: TopicPlan, { alterations, destructive, conflicts }: TopicFacts): readonly Change[] {
  if (conflicts.length > 0) return [plainChange({ of: 'topic', name, what: 'impossible', effects: conflicts })];
  if (alterations.length === 0) return [];
  const destroys = destructive.length > 0 ? destructive.join('; ') : null;
  return [plainChange({ of: 'topic', name, what: 'changed', effects: alterations, destroys })];
}
