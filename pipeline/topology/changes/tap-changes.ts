import { tapGroupOf } from '../names.ts';
import type { TapPlan } from '../plan.ts';
import { plainChange, type BrokerFacts, type Change } from './change.ts';
import { deadLetterDifferences, differences } from './differences.ts';
import { predecessorOf } from './predecessor.ts';
import type { Situation } from './stage-changes.ts';
import { beginning, goesOn, unread } from './wording.ts';

/** Changes of taps. Those that are not durable have nothing to lose: where they begin at a start is the same at each. */
export function tapChanges(situation: Situation): readonly Change[] {
  const { before, after } = situation;
  const old = before?.taps ?? [];
  const heirs = after.taps.map((tap) => ({ tap, from: predecessorOf(tap, old, after.taps) }));
  const orphans = old.filter((tap) => !heirs.some(({ from }) => from === tap));
  return [
    ...heirs.flatMap(({ tap, from }) => (from ? changed(from, tap, situation) : [created(tap, situation)])),
    ...orphans.map(removed),
  ];
}

function created(tap: TapPlan, { facts, after }: Situation): Change {
  const change = { of: 'tap', name: tap.name, what: 'created' } as const;
  if (tap.mode !== 'durable') return plainChange({ ...change, effects: [placeOf(tap, false, facts)] });
  const groups = [tap.group, ...(tap.was === undefined ? [] : [tapGroupOf(after.name, tap.was)])];
  const known = groups.find((group) => facts.groups.has(group));
  const effect = known === undefined ? beginning([tap.on], facts) : goesOn(known);
  return plainChange({ ...change, offsets: known === undefined ? 'new' : 'kept', effects: [effect] });
}

function changed(from: TapPlan, to: TapPlan, situation: Situation): readonly Change[] {
  const isRenamed = from.name !== to.name;
  const details = [...differences(from, to), ...deadLetterDifferences(from, to, situation)];
  if (!isRenamed && details.length === 0) return [];
  const isMoved = from.on !== to.on;
  const change = plainChange({
    of: 'tap',
    name: to.name,
    what: isRenamed ? 'renamed' : 'changed',
    details: isRenamed ? [`was ${from.name}`, ...details] : details,
    offsets: to.mode !== 'durable' ? null : isMoved ? 'lost' : 'kept',
    effects: ['restarts', placeOf(to, isMoved, situation.facts)],
    destroys: isMoved && from.mode === 'durable' ? unread(from.group, [from.on], situation.facts) : null,
  });
  return [change];
}

function placeOf(to: TapPlan, isMoved: boolean, facts: BrokerFacts): string {
  if (to.mode === 'live') return `begins at the end of ${to.on}`;
  if (to.mode === 'history') return `reads ${to.on} again, as at every start`;
  return isMoved ? beginning([to.on], facts) : 'goes on where it was';
}

function removed(tap: TapPlan): Change {
  const effects =
    tap.mode !== 'durable' ? ['stops'] : [`stops; group ${tap.group} keeps its offsets as long as the broker does`];
  return plainChange({
    of: 'tap',
    name: tap.name,
    what: 'removed',
    effects,
    offsets: tap.mode !== 'durable' ? null : 'kept',
  });
}
