import type { SourcePlan } from '../plan.ts';
import { plainChange, type Change } from './change.ts';
import { deadLetterDifferences, differences } from './differences.ts';
import type { Situation } from './stage-changes.ts';

/** Changes of sources. One without positions begins anew whenever it starts. */
export function sourceChanges(situation: Situation): readonly Change[] {
  const { before, after, facts } = situation;
  const old = before?.sources ?? [];
  return [
    ...after.sources.flatMap((source) => {
      const from = old.find(({ name }) => name === source.name);
      if (from) return changed(from, source, situation);
      const isKnown = source.positions !== null && facts.topics.has(source.positions.topic);
      const effects = [isKnown ? 'goes on at its stored positions' : 'starts'];
      const offsets = source.positions ? (isKnown ? 'kept' : 'new') : null;
      return [plainChange({ of: 'source', name: source.name, what: 'created', offsets, effects })];
    }),
    ...old.filter(({ name }) => !after.sources.some((source) => source.name === name)).map(removed),
  ];
}

function changed(from: SourcePlan, to: SourcePlan, situation: Situation): readonly Change[] {
  const details = [...differences(from, to), ...deadLetterDifferences(from, to, situation)];
  if (details.length === 0) return [];
  const goesOn = from.positions !== null && to.positions !== null && from.type === to.type;
  const change = plainChange({
    of: 'source',
    name: to.name,
    what: 'changed',
    details,
    offsets: goesOn ? 'kept' : from.positions ? 'lost' : null,
    effects: ['restarts, drained', goesOn ? 'goes on at its stored positions' : 'begins anew'],
    destroys: goesOn || (to.endless && !from.positions) ? null : 'what it has read already may be written once more',
  });
  return [change];
}

function removed({ name, positions }: SourcePlan): Change {
  const effects = positions ? [`stops; its positions stay in ${positions.topic}`] : ['stops'];
  return plainChange({ of: 'source', name, what: 'removed', effects, offsets: positions ? 'kept' : null });
}
