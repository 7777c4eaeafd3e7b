import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin as KafkajsAdmin } from 'kafkajs';
import { FatalError, UserError } from '../errors/pipeline-error.ts';
import type { TopicVerdict } from '../ports/admin.ts';
import type { TopicPlan } from '../topology/plan.ts';
import type { AdminClient } from './admin-client.ts';
import { rootOf } from './failure.ts';
import { ConfigResourceTypes, ConfigSource } from './kafkajs.ts';
import { compareTopic, settingsOf, type ExistingTopic, type TopicChanges } from './topic-changes.ts';
import { TopicConflictError } from './topic-conflict-error.ts';

const MAX_REPLICATION = 3;
const LEADERS_DEADLINE_MS = 30_000;
const POLL_MS = 50;

interface Compared {
  readonly plan: TopicPlan;
  readonly changes: TopicChanges;
}

interface Comparison {
  readonly missing: readonly TopicPlan[];
  readonly compared: readonly Compared[];
  /** In the order of the plans. */
  readonly verdicts: readonly TopicVerdict[];
}

/** Brings topics to what the plans say; see `Admin.ensureTopics`. */
export async function ensureTopics(client: AdminClient, plans: readonly TopicPlan[]): Promise<readonly TopicVerdict[]> {
  const { missing, compared, verdicts } = await compareTopics(client, plans);
  if (verdicts.some(({ verdict }) => verdict === 'conflict')) throw new TopicConflictError(verdicts);

  await createTopics(client, missing);
  for (const change of compared) await apply(client, change);
  await untilLed(client, plans, compared);
  return verdicts;
}

/** What {@link ensureTopics} would find and do; nothing is changed. */
export async function compareTopics(client: AdminClient, plans: readonly TopicPlan[]): Promise<Comparison> {
  const existing = await readTopics(client, new Set(plans.map(({ name }) => name)));
  const compared = plans.flatMap((plan): Compared[] => {
    const topic = existing.get(plan.name);
    return topic ? [{ plan, changes: compareTopic(plan, topic) }] : [];
  });
  const missing = plans.filter(({ name }) => !existing.has(name));
  const byName = new Map(
    [...missing.map(created), ...compared.map(verdictOf)].map((verdict) => [verdict.topic, verdict]),
  );
  return { missing, compared, verdicts: plans.flatMap(({ name }) => byName.get(name) ?? []) };
}

/** Creates topics and waits until they can be written; one that is there already stays as it is. */
export async function createTopics(client: AdminClient, plans: readonly TopicPlan[]): Promise<void> {
  if (plans.length === 0) return;
  const replicationFactor = await replicationOf(client);
  const minInSync = String(Math.max(1, replicationFactor - 1));
  for (const plan of plans) {
    const settings = { ...settingsOf(plan), 'min.insync.replicas': minInSync };
    const topic = {
      topic: plan.name,
      numPartitions: plan.partitions,
      replicationFactor,
      configEntries: entriesOf(settings),
    };
    await refusedByName(plan, () =>
      client.ask(({ admin }) => admin.createTopics({ topics: [topic], waitForLeaders: false })),
    );
  }
  await untilLed(client, plans);
}

async function replicationOf(client: AdminClient): Promise<number> {
  const { brokers } = await client.ask(({ admin }) => admin.describeCluster());
  return Math.min(MAX_REPLICATION, brokers.length);
}

async function readTopics(
  client: AdminClient,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ExistingTopic>> {
  const { topics } = await client.ask(({ admin }) => admin.fetchTopicMetadata());
  const there = topics.filter(({ name }) => wanted.has(name));
  const settings = await readSettings(
    client,
    there.map(({ name }) => name),
  );
  return new Map(
    there.map(({ name, partitions }) => [name, { partitions: partitions.length, settings: settings.get(name) ?? {} }]),
  );
}

/** All settings of topics, defaults included, by topic. */
export async function readSettings(
  client: AdminClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const described = await describeSettings(client, names);
  return new Map(
    described.map(({ resourceName, configEntries }) => [
      resourceName,
      Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
}

type DescribedSettings = Awaited<ReturnType<KafkajsAdmin['describeConfigs']>>['resources'];

async function describeSettings(client: AdminClient, names: readonly string[]): Promise<DescribedSettings> {
  if (names.length === 0) return [];
  const wanted = names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name }));
  const { resources } = await client.ask(({ admin }) =>
    admin.describeConfigs({ resources: wanted, includeSynonyms: false }),
  );
  return resources;
}

async function apply(client: AdminClient, { plan, changes }: Compared): Promise<void> {
  const { partitions, settings } = changes;
  if (partitions !== null) {
    const raised = [{ topic: plan.name, count: partitions }];
    await refusedByName(plan, () => client.ask(({ admin }) => admin.createPartitions({ topicPartitions: raised })));
  }
  if (Object.keys(settings).length === 0) return;
  // Kafka replaces all settings of the topic: those that are not repeated would fall back to their defaults.
  const [described] = await describeSettings(client, [plan.name]);
  const own = (described?.configEntries ?? []).filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG);
  const kept = Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]));
  const resource = {
    type: ConfigResourceTypes.TOPIC,
    name: plan.name,
    configEntries: entriesOf({ ...kept, ...settings }),
  };
  await refusedByName(plan, () =>
    client.ask(({ admin }) => admin.alterConfigs({ resources: [resource], validateOnly: false })),
  );
}

/** Waits until every partition has a leader, as many as planned or as the topic has. */
async function untilLed(
  client: AdminClient,
  plans: readonly TopicPlan[],
  compared: readonly Compared[] = [],
): Promise<void> {
  const wanted = new Map(plans.map(({ name, partitions }) => [name, partitions]));
  for (const { plan, changes } of compared) wanted.set(plan.name, changes.partitions ?? 1);
  for (const deadline = performance.now() + LEADERS_DEADLINE_MS; ;) {
    const { topics } = await client.ask(({ admin }) => admin.fetchTopicMetadata());
    const led = new Map(
      topics.map(({ name, partitions }) => [name, partitions.filter(({ leader }) => leader >= 0).length]),
    );
    const waiting = [...wanted].filter(([name, partitions]) => (led.get(name) ?? 0) < partitions);
    if (waiting.length === 0) return;
    if (performance.now() > deadline) throw withoutLeader(waiting.map(([name]) => name));
    await sleep(POLL_MS);
  }
}

function withoutLeader(names: readonly string[]): FatalError {
  const sentence = `topics ${names.join(', ')} have partitions without a leader for ${LEADERS_DEADLINE_MS / 1000} s; check the brokers' logs`;
  return new FatalError('TOPIC_REFUSED', sentence);
}

/** The broker's answer says that something is wrong, but kafkajs drops what: so the sentence has all that was asked for. */
async function refusedByName<T>(plan: TopicPlan, ask: () => Promise<T>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    const { type, message } = rootOf(error);
    if (type === 'TOPIC_ALREADY_EXISTS') return;
    const code = type?.endsWith('AUTHORIZATION_FAILED') ? 'KAFKA_REFUSED' : 'TOPIC_REFUSED';
    const asked = Object.entries(settingsOf(plan)).map(([name, value]) => `${name}=${value}`);
    const sentence =
      `the broker does not accept topic "${plan.name}" with ${plan.partitions} partitions, ${asked.join(', ')}: ` +
      `${message}; correct it in the topology`;
    throw new UserError(code, sentence, { where: { topic: plan.name }, cause: error });
  }
}

function entriesOf(settings: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(settings).map(([name, value]) => ({ name, value }));
}

function created({ name }: TopicPlan): TopicVerdict {
  return { topic: name, verdict: 'created', notes: [] };
}

function verdictOf({ plan, changes }: Compared): TopicVerdict {
  const { partitions, settings, conflicts, notes } = changes;
  if (conflicts.length > 0) return { topic: plan.name, verdict: 'conflict', notes: [...conflicts, ...notes] };
  const altered = partitions !== null || Object.keys(settings).length > 0;
  return { topic: plan.name, verdict: altered ? 'altered' : 'unchanged', notes };
}
