import type { ProcessorDefinition } from '../ports/processor.ts';
import type { SinkDefinition } from '../ports/sink.ts';
import type { SourceDefinition } from '../ports/source.ts';
import { inFlowOrder } from './flow.ts';
import type { SourcePlan, StagePlan, TapPlan, TopicPlan } from './plan.ts';
import type { TopicSpec, TopologySpec } from './spec.ts';
import { TOPIC_DEFAULTS, deadLetterMaxBytes, segmentBytesFor } from './topic-defaults.ts';

/** A part of the plan with the definition it runs. */
export interface Planned<P, D> {
  readonly plan: P;
  readonly definition: D;
}

export interface PlannedParts {
  readonly sources: readonly Planned<SourcePlan, SourceDefinition>[];
  /** In flow order. */
  readonly stages: readonly Planned<StagePlan, ProcessorDefinition>[];
  readonly taps: readonly Planned<TapPlan, SinkDefinition>[];
}

type Holds = TopicPlan['holds'];

/** Every topic of a topology in flow order, then changelogs and positions, those for dead letters last. */
export function planTopics(spec: TopologySpec, parts: PlannedParts): readonly TopicPlan[] {
  const deadLetters = deadLetterInputs(parts);
  const holds = contents(spec, parts);
  const topics = [...holds]
    .filter(([name]) => !deadLetters.has(name))
    .map(([name, held]) => planTopic(name, held, { spec, maxMessageBytes: TOPIC_DEFAULTS[held].maxMessageBytes }));
  topics.push(...planChangelogs(topics, { spec, parts }), ...planPositions(spec, parts));
  const maxBytes = new Map(topics.map(({ name, maxMessageBytes }) => [name, maxMessageBytes]));
  const forDeadLetters = readersLast(deadLetters).map(([name, inputs]) => {
    const maxMessageBytes = deadLetterMaxBytes(inputs.map((input) => maxBytes.get(input) ?? 0));
    const topic = planTopic(name, 'deadLetters', { spec, maxMessageBytes });
    maxBytes.set(name, topic.maxMessageBytes);
    return topic;
  });
  return [...topics, ...forDeadLetters];
}

/** A task writes its changes to its own partition number: a changelog has as many partitions as the fullest input. */
function planChangelogs(
  topics: readonly TopicPlan[],
  { spec, parts }: { readonly spec: TopologySpec; readonly parts: PlannedParts },
): readonly TopicPlan[] {
  return parts.stages.flatMap(({ plan }) => {
    const inputs = topics.filter(({ name }) => plan.from.includes(name));
    const most = (of: (topic: TopicPlan) => number): number => Math.max(...inputs.map(of));
    return Object.values(plan.changelogs).map((name) => ({
      ...planTopic(name, 'changes', { spec, maxMessageBytes: most(({ maxMessageBytes }) => maxMessageBytes) }),
      partitions: most(({ partitions }) => partitions),
    }));
  });
}

/** One partition: what a transaction says last of a position holds. */
function planPositions(spec: TopologySpec, { sources }: PlannedParts): readonly TopicPlan[] {
  return sources.flatMap(({ plan: { positions } }) => {
    if (!positions) return [];
    const { maxMessageBytes } = TOPIC_DEFAULTS.positions;
    return { ...planTopic(positions.topic, 'positions', { spec, maxMessageBytes }), partitions: 1 };
  });
}

/** Stages and taps may read dead letters: their own dead letters come after those. */
function readersLast(
  inputs: ReadonlyMap<string, readonly string[]>,
): readonly (readonly [string, readonly string[]])[] {
  const steps = [...inputs].map(([name, reads]) => ({ name, reads, writes: [name] }));
  return inFlowOrder(steps).map(({ name, reads }) => [name, reads]);
}

function planTopic(
  name: string,
  holds: Holds,
  { spec, maxMessageBytes: usual }: { readonly spec: TopologySpec; readonly maxMessageBytes: number },
): TopicPlan {
  const given: TopicSpec = spec.topics[name] ?? {};
  const defaults = TOPIC_DEFAULTS[holds];
  const maxMessageBytes = given.maxMessageBytes ?? usual;
  return {
    name,
    holds,
    // One partition keeps dead letters in the order they died in.
    partitions: given.partitions ?? (holds === 'deadLetters' ? 1 : spec.defaults.partitions),
    retentionMs: given.retention ?? defaults.retentionMs,
    retentionBytes: given.retentionBytes ?? defaults.retentionBytes,
    segmentBytes: given.segmentBytes ?? segmentBytesFor(holds, maxMessageBytes),
    maxMessageBytes,
    explicit: explicitIn(given),
  };
}

/** The settings of the plan that the file names, in the words of the plan. */
function explicitIn({ retention, ...others }: TopicSpec): readonly string[] {
  const settings = Object.entries(others).filter(([name]) => name !== 'serde');
  const names = settings.flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return retention === undefined ? names : [...names, 'retentionMs'];
}

/** What each topic holds: as its writer says; foreign topics hold records unless a stage of ours says otherwise. */
function contents(spec: TopologySpec, { sources, stages, taps }: PlannedParts): ReadonlyMap<string, Holds> {
  const holds = new Map<string, Holds>();
  const add = (topic: string, held: Holds): void => {
    if (held === 'frames' || !holds.has(topic)) holds.set(topic, held);
  };
  for (const { plan, definition } of sources) {
    add(plan.to, definition.nature(plan.options).produces ?? definition.produces);
  }
  for (const { plan, definition } of stages) {
    const readsFrames = plan.from.some((topic) => holds.get(topic) === 'frames');
    const held = definition.produces ?? (readsFrames ? 'frames' : 'records');
    for (const topic of Object.values(plan.to)) add(topic, held);
  }
  for (const { plan, definition } of taps) {
    const held = holds.get(plan.on) ?? 'records';
    for (const topic of definition.writes?.(plan.options) ?? []) add(topic, held);
  }
  for (const topic of Object.keys(spec.topics)) add(topic, 'records');
  return holds;
}

/** For each dead letter topic the topics whose records may end there. */
function deadLetterInputs({ sources, stages, taps }: PlannedParts): ReadonlyMap<string, readonly string[]> {
  return new Map([
    ...sources.map(({ plan }) => [plan.deadLetterTopic, [plan.to]] as const),
    ...stages.map(({ plan }) => [plan.deadLetterTopic, plan.from] as const),
    ...taps.map(({ plan }) => [plan.deadLetterTopic, [plan.on]] as const),
  ]);
}
