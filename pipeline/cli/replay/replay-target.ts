import { UserError } from '../../errors/pipeline-error.ts';
import type { Admin, TopicDescription } from '../../ports/admin.ts';
import { replayDeadLettersOf } from '../../runtime/replay/replay-stage.ts';
import { planOf } from '../../runtime/plan-of.ts';
import { deadLetterMaxBytes } from '../../topology/topic-defaults.ts';
import { topicName } from '../../topology/names.ts';
import type { Plan, StagePlan } from '../../topology/plan.ts';
import { createOwnTopic, throwIfFilled, topicIfAny, type OwnTopic } from '../own-topic.ts';

/** Where the outputs of a replay go. */
export interface ReplayTarget {
  readonly topic: OwnTopic;
  readonly deadLetters: OwnTopic;
  /** As it was found; null: it is to be created. */
  readonly existing: TopicDescription | null;
}

interface Wanted {
  readonly plan: Plan;
  readonly stage: StagePlan;
  readonly into: string;
  readonly append: boolean;
}

/**
 * The topic as the outputs of the stage have it: as many partitions, so that each key has the same one.
 * @throws UserError where it is of the topology, or holds records.
 */
export async function replayTarget(admin: Admin, { plan, stage, into, append }: Wanted): Promise<ReplayTarget> {
  throwIfOfTopology(plan, into);
  const existing = await topicIfAny(admin, into);
  if (existing && !append) throwIfFilled(existing, 'replay');
  const topic = { name: into, ...(await shapeOf(admin, plan, stage)) };
  const name = replayDeadLettersOf(into);
  const { maxMessageBytes } = planOf(plan.topics, { name: stage.deadLetterTopic });
  const largest = Math.max(maxMessageBytes, deadLetterMaxBytes([]));
  return { topic, deadLetters: { name, partitions: 1, maxMessageBytes: largest }, existing };
}

/** Creates what is missing; says which. */
export async function ensureTarget(admin: Admin, { topic, deadLetters, existing }: ReplayTarget): Promise<string[]> {
  const created: string[] = [];
  const missing = existing === null ? [topic] : [];
  if ((await topicIfAny(admin, deadLetters.name)) === null) missing.push(deadLetters);
  for (const one of missing) {
    await createOwnTopic(admin, one);
    created.push(one.name);
  }
  return created;
}

function throwIfOfTopology({ name, topics }: Plan, into: string): void {
  if (!topicName.safeParse(into).success)
    throw new UserError(
      'ARGUMENT_INVALID',
      `--into ${into} is no name of a topic; use letters, digits, ".", "_" and "-"`,
    );
  const taken = [into, replayDeadLettersOf(into)].find((wanted) => topics.some((topic) => topic.name === wanted));
  if (taken === undefined) return;
  throw new UserError(
    'ARGUMENT_INVALID',
    `topic ${taken} belongs to topology "${name}", whose readers would take what is replayed for new; give --into another topic`,
  );
}

/** As the largest of the output topics is on the broker, or else as it is planned. */
async function shapeOf(admin: Admin, plan: Plan, { to }: StagePlan): Promise<Omit<OwnTopic, 'name'>> {
  const planned = [...new Set(Object.values(to))].map((name) => planOf(plan.topics, { name }));
  const there = new Set(await admin.listTopics());
  const found = await admin.describeTopics(planned.map(({ name }) => name).filter((name) => there.has(name)));
  const shapes = planned.map(({ name, partitions, maxMessageBytes }) => {
    const real = found.find((topic) => topic.name === name);
    return {
      partitions: real?.partitions.length ?? partitions,
      maxMessageBytes: Number(real?.config['max.message.bytes'] ?? maxMessageBytes),
    };
  });
  return {
    partitions: Math.max(...shapes.map(({ partitions }) => partitions)),
    maxMessageBytes: Math.max(...shapes.map(({ maxMessageBytes }) => maxMessageBytes)),
  };
}
