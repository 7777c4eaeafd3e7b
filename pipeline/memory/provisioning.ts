import { UserError } from '../errors/pipeline-error.ts';
import { compareTopic, settingsOf, type TopicChanges } from '../kafka/topic-changes.ts';
import { TopicConflictError } from '../kafka/topic-conflict-error.ts';
import type { TopicVerdict } from '../ports/admin.ts';
import type { TopicPlan } from '../topology/plan.ts';
import type { MemoryBroker } from './broker.ts';

const LEGAL_NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;
/** As brokers do from 4.0 on. */
const SMALLEST_SEGMENT = 1024 * 1024;

/** Brings topics to what the plans say; see `Admin.ensureTopics`. */
export function ensureTopics(broker: MemoryBroker, plans: readonly TopicPlan[]): readonly TopicVerdict[] {
  const compared = plans.map((plan) => ({ plan, changes: changesOf(broker, plan) }));
  const verdicts = compared.map(({ plan, changes }) => verdictOf(plan, changes));
  if (verdicts.some(({ verdict }) => verdict === 'conflict')) throw new TopicConflictError(verdicts);
  for (const { plan, changes } of compared)
    if (changes) alter(broker, plan, changes);
    else createTopic(broker, plan);
  return verdicts;
}

/** @throws UserError TOPIC_REFUSED */
export function createTopic(broker: MemoryBroker, plan: TopicPlan): void {
  const fault = faultOf(plan);
  if (fault !== null) throw refusedTopic(plan, fault);
  const settings = { 'cleanup.policy': 'delete', 'min.insync.replicas': '1', ...settingsOf(plan) };
  broker.topics.set(plan.name, plan.partitions, settings);
  broker.topicChanged(plan.name);
}

function changesOf({ topics }: MemoryBroker, plan: TopicPlan): TopicChanges | null {
  if (!topics.has(plan.name)) return null;
  const { logs, settings } = topics.of(plan.name);
  return compareTopic(plan, { partitions: logs.length, settings });
}

function alter(broker: MemoryBroker, plan: TopicPlan, changes: TopicChanges): void {
  const { logs, settings } = broker.topics.of(plan.name);
  broker.topics.set(plan.name, changes.partitions ?? logs.length, { ...settings, ...changes.settings });
  if (changes.partitions !== null) broker.topicChanged(plan.name);
}

function verdictOf({ name: topic }: TopicPlan, changes: TopicChanges | null): TopicVerdict {
  if (!changes) return { topic, verdict: 'created', notes: [] };
  const { partitions, settings, conflicts, notes } = changes;
  if (conflicts.length > 0) return { topic, verdict: 'conflict', notes: [...conflicts, ...notes] };
  const isAltered = partitions !== null || Object.keys(settings).length > 0;
  return { topic, verdict: isAltered ? 'altered' : 'unchanged', notes };
}

function faultOf({ name, partitions, segmentBytes }: TopicPlan): string | null {
  if (!LEGAL_NAME.test(name))
    return 'the name has characters other than letters, digits, ".", "_" and "-", or is too long';
  if (!(Number.isInteger(partitions) && partitions > 0)) return 'a topic needs at least one partition';
  return segmentBytes < SMALLEST_SEGMENT ? `segment.bytes is less than ${SMALLEST_SEGMENT}` : null;
}

function refusedTopic(plan: TopicPlan, why: string): UserError {
  const asked = Object.entries(settingsOf(plan)).map(([name, value]) => `${name}=${value}`);
  const sentence =
    `the broker does not accept topic "${plan.name}" with ${plan.partitions} partitions, ${asked.join(', ')}: ` +
    `${why}; correct it in the topology`;
  return new UserError('TOPIC_REFUSED', sentence, { where: { topic: plan.name } });
}
