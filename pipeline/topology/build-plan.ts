import type { ProcessorDefinition } from '../ports/processor.ts';
import type { SinkDefinition } from '../ports/sink.ts';
import type { SourceDefinition } from '../ports/source.ts';
import { inFlowOrder } from './flow.ts';
import { plainValue, type Located, type Path } from './located.ts';
import {
  changelogOf,
  deadLetterTopicOf,
  positionsTopicOf,
  repartitionStageOf,
  repartitionTopicOf,
  sourceTransactionalIdOf,
  stageGroupOf,
  tapGroupOf,
} from './names.ts';
import type { ErrorPolicy, Plan, SourcePlan, StageErrorPolicy, StagePlan, StateMeaning, TapPlan } from './plan.ts';
import { planTopics, type Planned, type PlannedParts } from './plan-topics.ts';
import type { Definition, Registered, Registry } from './registry.ts';
import { hiddenOptions, secretsAt, type SecretOption } from './secret-options.ts';
import { parseSizeBytes } from './size.ts';
import { topologySpec, type SourceSpec, type StageSpec, type TapSpec, type TopologySpec } from './spec.ts';

const SOURCE_LIMITS = {
  // Raw frames are large: 24 of 1080p are 150 MB, which every frame topic can hold.
  frames: { maxUnderWay: 24, bufferRecords: 256 },
  records: { maxUnderWay: 10_000, bufferRecords: 10_000 },
} as const;
const BUFFER_BYTES = parseSizeBytes('32MB');

/** The plan of a topology that lint found no errors in; frozen. `file` is the absolute path of the topology file. */
export function buildPlan(root: Located, file: string, registry: Registry): Plan {
  const spec = topologySpec.parse(plainValue(root));
  const parts = planParts(spec, { root, registry });
  return deepFreeze({
    name: spec.name,
    file,
    topics: planTopics(spec, parts),
    sources: parts.sources.map(planOnly),
    stages: parts.stages.map(planOnly),
    taps: parts.taps.map(planOnly),
  });
}

interface Known {
  readonly root: Located;
  readonly registry: Registry;
}

function planParts(spec: TopologySpec, { root, registry }: Known): PlannedParts {
  const stages = Object.entries(spec.stages).flatMap(([name, stage]) => {
    const planned = planStage(name, stage, { spec, root, registered: registered(registry.processors, stage.process) });
    return withRepartition(planned, spec.name, registry);
  });
  return {
    sources: Object.entries(spec.sources).map(([name, source]) =>
      planSource(name, source, { spec, root, registered: registered(registry.sources, source.type) }),
    ),
    stages: inFlowOrder(stages.map((stage) => ({ ...stage, ...stepOf(stage.plan) }))),
    taps: Object.entries(spec.taps).map(([name, tap]) =>
      planTap(name, tap, { spec, root, registered: registered(registry.sinks, tap.sink) }),
    ),
  };
}

interface Setting<D extends Definition> {
  readonly spec: TopologySpec;
  readonly root: Located;
  readonly registered: Registered<D>;
}

function planSource(
  name: string,
  source: SourceSpec,
  { spec, root, registered: { id, definition, code } }: Setting<SourceDefinition>,
): Planned<SourcePlan, SourceDefinition> {
  const given = definition.options.parse(source.with ?? {});
  const { endless, live, produces = definition.produces } = definition.nature(given);
  const limits = SOURCE_LIMITS[produces];
  const plan: SourcePlan = {
    name,
    type: id,
    ...(code !== undefined && { code }),
    to: source.to,
    ...shownOptions(given, root, ['sources', name]),
    deadLetterTopic: deadLetterTopicOf(spec.name, name),
    endless,
    live: live && !definition.positions,
    positions: definition.positions
      ? { topic: positionsTopicOf(spec.name, name), transactionalId: sourceTransactionalIdOf(spec.name, name) }
      : null,
    maxUnderWay: source.maxUnderWay ?? limits.maxUnderWay,
    buffer: {
      records: source.buffer?.records ?? limits.bufferRecords,
      bytes: source.buffer?.bytes ?? BUFFER_BYTES,
    },
  };
  return { plan, definition };
}

function planStage(
  name: string,
  stage: StageSpec,
  { spec, root, registered: { id, definition, code } }: Setting<ProcessorDefinition>,
): Planned<StagePlan, ProcessorDefinition> {
  const { defaults } = spec;
  const { delivery, to = {} } = stage;
  const { options, ...secrets } = shownOptions(definition.options.parse(stage.with ?? {}), root, ['stages', name]);
  const stores = Object.keys(definition.stores?.(options) ?? {});
  const { order, scope } = orderOf(stage, spec, stores.length > 0);
  const plan: StagePlan = {
    name,
    ...(stage.was !== undefined && { was: stage.was }),
    group: stageGroupOf(spec.name, name),
    from: listOf(stage.from),
    to: typeof to === 'string' ? { default: to } : to,
    process: id,
    ...(code !== undefined && { code }),
    options,
    ...secrets,
    guarantee: stage.guarantee ?? defaults.guarantee,
    state: stage.state ?? defaults.state,
    serdes: serdesOf([...listOf(stage.from), ...(typeof to === 'string' ? [to] : Object.values(to))], spec),
    changelogs: Object.fromEntries(stores.map((store) => [store, changelogOf(spec.name, name, store)])),
    ...(stores.length > 0 && { stateMeaning: stateMeaning({ id, definition }, options) }),
    delivery,
    maxAgeMs: delivery === 'latest' ? (stage.maxAge ?? null) : null,
    maxIdleMs: stage.maxIdle,
    replicas: stage.replicas ?? defaults.replicas,
    concurrency: stage.concurrency ?? null,
    order,
    batch: {
      records: stage.batch?.records ?? defaults.batch.records,
      bytes: stage.batch?.bytes ?? defaults.batch.bytes,
      lingerMs: stage.batch?.linger ?? defaults.batch.linger,
    },
    timeoutMs: stage.timeout ?? defaults.timeout,
    onError: {
      ...errorPolicy(stage.onError, spec),
      crashes: stage.onError?.crashes ?? defaults.onError.crashes,
      scope,
    },
    deadLetterTopic: deadLetterTopicOf(spec.name, name),
  };
  return { plan, definition };
}

/** Options as the plan has them: without their secrets, and where those belong. */
function shownOptions(
  given: unknown,
  root: Located,
  part: Path,
): { readonly options: unknown; readonly secrets?: readonly SecretOption[] } {
  const secrets = secretsAt(root, [...part, 'with']);
  if (secrets.length === 0) return { options: given };
  return { options: hiddenOptions(given, secrets), secrets: secrets.map(({ path, of }) => ({ path, of })) };
}

function stateMeaning({ id, definition }: Registered<ProcessorDefinition>, options: unknown): StateMeaning {
  const specs = Object.entries(definition.stores?.(options) ?? {});
  return {
    process: id,
    stores: Object.fromEntries(specs.map(([store, { type }]) => [store, type])),
    options: definition.stateDependsOn?.(options) ?? null,
  };
}

/**
 * A stage that groups by another key than its records have gets a stage in front that gives them that key, so that all
 * records of a group meet in one task.
 */
function withRepartition(
  stage: Planned<StagePlan, ProcessorDefinition>,
  topology: string,
  registry: Registry,
): readonly Planned<StagePlan, ProcessorDefinition>[] {
  const { plan, definition } = stage;
  const key = definition.repartitionBy?.(plan.options) ?? null;
  if (key === null) return [stage];
  const name = repartitionStageOf(plan.name);
  const topic = repartitionTopicOf(topology, plan.name);
  const { id, definition: repartition } = registered(registry.processors, 'repartition');
  const before: StagePlan = {
    ...withoutOwn(plan),
    name,
    ...(plan.was !== undefined && { was: repartitionStageOf(plan.was) }),
    group: stageGroupOf(topology, name),
    to: { default: topic },
    process: id,
    options: repartition.options.parse({ key }),
    deadLetterTopic: deadLetterTopicOf(topology, name),
  };
  return [
    { plan: before, definition: repartition },
    { plan: { ...plan, from: [topic] }, definition },
  ];
}

/** What a stage has in common with the one in front of it: neither state nor secrets nor code. */
function withoutOwn(plan: StagePlan): StagePlan {
  const own: readonly string[] = ['stateMeaning', 'secrets', 'code'] satisfies (keyof StagePlan)[];
  const common = Object.entries(plan).filter(([key]) => !own.includes(key));
  return { ...(Object.fromEntries(common) as unknown as StagePlan), changelogs: {} };
}

function planTap(
  name: string,
  tap: TapSpec,
  { spec, root, registered: { id, definition, code } }: Setting<SinkDefinition>,
): Planned<TapPlan, SinkDefinition> {
  const plan: TapPlan = {
    name,
    ...(tap.was !== undefined && { was: tap.was }),
    group: tapGroupOf(spec.name, name),
    on: tap.on,
    sink: id,
    ...(code !== undefined && { code }),
    ...shownOptions(definition.options.parse(tap.with ?? {}), root, ['taps', name]),
    mode: definition.mode,
    where: tap.where ?? null,
    select: tap.select ?? null,
    sample: tap.sample ?? null,
    rate: tap.rate ?? null,
    onError: errorPolicy(tap.onError, spec),
    deadLetterTopic: deadLetterTopicOf(spec.name, name),
  };
  return { plan, definition };
}

function listOf(from: StageSpec['from']): readonly string[] {
  return typeof from === 'string' ? [from] : from;
}

function serdesOf(topics: readonly string[], spec: TopologySpec): StagePlan['serdes'] {
  return Object.fromEntries(
    topics.flatMap((topic) => {
      const serde = spec.topics[topic]?.serde;
      return serde === undefined ? [] : [[topic, serde] as const];
    }),
  );
}

/** What has state or skips records goes one after the other, whatever the defaults are. */
function orderOf(
  { order, delivery, onError }: StageSpec,
  { defaults }: TopologySpec,
  hasState: boolean,
): { readonly order: StagePlan['order']; readonly scope: StageErrorPolicy['scope'] } {
  if (hasState || delivery === 'latest') return { order: 'partition', scope: 'partition' };
  const scope = onError?.scope ?? (order === 'partition' ? 'partition' : defaults.onError.scope);
  return { order: order ?? (scope === 'key' ? 'key' : 'partition'), scope };
}

function errorPolicy(given: TapSpec['onError'], { defaults: { onError } }: TopologySpec): ErrorPolicy {
  return {
    retries: given?.retries ?? onError.retries,
    backoffMs: given?.backoff ?? onError.backoff,
    then: given?.then ?? onError.then,
  };
}

function registered<D extends Definition>(known: ReadonlyMap<string, Registered<D>>, reference: string): Registered<D> {
  const found = known.get(reference);
  if (!found)
    throw new Error(`"${reference}" is planned but not registered; lint comes first, this is a bug, please report`);
  return found;
}

function stepOf({ name, from, to }: StagePlan) {
  return { name, reads: from, writes: Object.values(to) };
}

function planOnly<P>({ plan }: { readonly plan: P }): P {
  return plan;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
