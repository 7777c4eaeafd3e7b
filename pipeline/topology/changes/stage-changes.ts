import { stageGroupOf } from '../names.ts';
import type { Plan, StagePlan } from '../plan.ts';
import { plainChange, type BrokerFacts, type Change } from './change.ts';
import { deadLetterDifferences, differences, isSame } from './differences.ts';
import { lossOfState } from './loss-of-state.ts';
import { predecessorOf } from './predecessor.ts';
import { beginning, counted, goesOn, unread } from './wording.ts';

/** What is known of a topology that runs, or of none, and of its broker. */
export interface Situation {
  readonly before: Plan | null;
  readonly after: Plan;
  readonly facts: BrokerFacts;
}

/** Changes of stages and their stores. */
export function stageChanges(situation: Situation): readonly Change[] {
  const { before, after } = situation;
  const old = before?.stages ?? [];
  const heirs = after.stages.map((stage) => ({ stage, from: predecessorOf(stage, old, after.stages) }));
  const orphans = old.filter((stage) => !heirs.some(({ from }) => from === stage));
  return [
    ...heirs.flatMap(({ stage, from }) =>
      from && before ? changed(from, stage, { ...situation, before }) : created(stage, orphans, situation),
    ),
    ...orphans.flatMap(removed),
  ];
}

function created(stage: StagePlan, orphans: readonly StagePlan[], { facts, after }: Situation): readonly Change[] {
  const known = facts.groups.has(stage.group);
  const twin = known ? undefined : orphans.find((one) => one.process === stage.process && isSame(one.from, stage.from));
  const waits = stage.from.reduce((sum, topic) => sum + (facts.topics.get(topic)?.records ?? 0), 0);
  const old = stage.was === undefined || known ? null : stageGroupOf(after.name, stage.was);
  const carried = old !== null && facts.groups.has(old);
  const repeats =
    twin && waits > 0
      ? `it reads ${counted(waits, 'record')} again; if it is ${twin.name} under a new name, write was: ${twin.name}`
      : null;
  const change = plainChange({
    of: 'stage',
    name: stage.name,
    what: 'created',
    offsets: known || carried ? 'kept' : twin ? 'lost' : 'new',
    state: Object.keys(stage.changelogs).length > 0 ? (known || carried ? 'rebuilt' : null) : null,
    effects: [
      known
        ? goesOn(stage.group)
        : carried
          ? `carries over what group ${old} has committed`
          : beginning(stage.from, facts),
    ],
    destroys: repeats,
  });
  const stores = Object.entries(stage.changelogs).filter(([, topic]) => !facts.topics.has(topic));
  return [change, ...stores.map(([store, topic]) => storeChange(stage, store, { what: 'created', topic }))];
}

function removed(stage: StagePlan): readonly Change[] {
  const change = plainChange({
    of: 'stage',
    name: stage.name,
    what: 'removed',
    offsets: 'kept',
    state: Object.keys(stage.changelogs).length > 0 ? 'kept' : null,
    effects: [`stops, drained; group ${stage.group} keeps its offsets as long as the broker does`],
  });
  const stores = Object.entries(stage.changelogs);
  return [change, ...stores.map(([store, topic]) => storeChange(stage, store, { what: 'orphaned', topic }))];
}

type Running = Situation & { readonly before: Plan };

function changed(from: StagePlan, to: StagePlan, situation: Running): readonly Change[] {
  const { facts } = situation;
  const isRenamed = from.name !== to.name;
  const details = [...differences(from, to), ...deadLetterDifferences(from, to, situation)];
  const loss = lossOfState(from, to, situation);
  if (!isRenamed && details.length === 0 && loss === null && isSame(from.changelogs, to.changelogs)) return [];
  const left = from.from.filter((topic) => !to.from.includes(topic));
  const begun = to.from.filter((topic) => !from.from.includes(topic));
  const isScaled = !isRenamed && details.length === 1 && from.replicas !== to.replicas;
  const change = plainChange({
    of: 'stage',
    name: to.name,
    what: isRenamed ? 'renamed' : 'changed',
    details: isRenamed ? [`was ${from.name}`, ...details] : details,
    offsets: left.length > 0 ? 'lost' : 'kept',
    ...stateVerdict(from, to, loss),
    effects: [
      isScaled ? 'workers come or go, the others share the partitions' : 'restarts, drained',
      ...(isRenamed ? [`what group ${from.group} has committed goes over to ${to.group}`] : []),
      ...(begun.length > 0 ? [beginning(begun, facts)] : []),
      ...stateEffects(from, to, loss),
    ],
    destroys: unread(from.group, left, facts),
  });
  return [change, ...storeChanges(from, to, loss)];
}

function stateVerdict(from: StagePlan, to: StagePlan, loss: string | null): Pick<Change, 'state'> {
  if (Object.keys(from.changelogs).length === 0) return { state: null };
  if (loss !== null) return { state: 'lost' };
  return { state: to.state === 'disk' && from.state === 'disk' && from.name === to.name ? 'kept' : 'rebuilt' };
}

function stateEffects(from: StagePlan, to: StagePlan, loss: string | null): readonly string[] {
  const { state } = stateVerdict(from, to, loss);
  if (state === 'lost') return [`its state begins empty, as ${loss ?? ''}`];
  if (state === 'kept') return ['its state stays on disk'];
  if (state === null) return [];
  return [
    from.name === to.name ? 'its state is rebuilt from its changelogs' : 'its state is rebuilt from copied changelogs',
  ];
}

function storeChanges(from: StagePlan, to: StagePlan, loss: string | null): readonly Change[] {
  const gone = Object.entries(from.changelogs).filter(([store]) => !(store in to.changelogs));
  const now = Object.entries(to.changelogs).flatMap(([store, topic]) => {
    const isOld = store in from.changelogs;
    if (!isOld) return [storeChange(to, store, { what: 'created', topic })];
    if (loss !== null)
      return [storeChange(to, store, { what: 'reset', topic, destroys: `${loss}; what it holds is deleted` })];
    return from.name === to.name ? [] : [storeChange(to, store, { what: 'renamed', topic })];
  });
  return [...now, ...gone.map(([store, topic]) => storeChange(from, store, { what: 'orphaned', topic }))];
}

interface StoreFate {
  readonly what: Change['what'];
  readonly topic: string;
  readonly destroys?: string;
}

function storeChange({ name }: StagePlan, store: string, { what, topic, destroys }: StoreFate): Change {
  const effects: Readonly<Record<string, string>> = {
    created: `changelog ${topic} is created`,
    orphaned: `changelog ${topic} stays as it is`,
    renamed: `its changelog is copied to ${topic}`,
    reset: `changelog ${topic} is emptied`,
  };
  return plainChange({
    of: 'store',
    name: `${name}.${store}`,
    what,
    state: what === 'reset' ? 'lost' : null,
    effects: [effects[what] ?? ''],
    destroys: destroys ?? null,
  });
}
