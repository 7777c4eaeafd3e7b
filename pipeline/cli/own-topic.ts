import { UserError } from '../errors/pipeline-error.ts';
import type { Admin, TopicDescription } from '../ports/admin.ts';
import { segmentBytesFor } from '../topology/topic-defaults.ts';

/** A topic that a command fills for somebody to look at. */
export interface OwnTopic {
  readonly name: string;
  readonly partitions: number;
  readonly maxMessageBytes: number;
}

const UNLIMITED = -1;

/** The topic of this name as it is; null where there is none. */
export async function topicIfAny(admin: Admin, name: string): Promise<TopicDescription | null> {
  if (!(await admin.listTopics()).includes(name)) return null;
  const [topic = null] = await admin.describeTopics([name]);
  return topic;
}

/** Creates a topic without retention: what is written there has old timestamps, and would be deleted at once with any. */
export async function createOwnTopic(admin: Admin, topic: OwnTopic): Promise<void> {
  await admin.createTopic({
    ...topic,
    holds: 'records',
    retentionMs: UNLIMITED,
    retentionBytes: UNLIMITED,
    segmentBytes: segmentBytesFor('records', topic.maxMessageBytes),
    explicit: [],
  });
}

/** @throws UserError where an existing topic holds records already. */
export function throwIfFilled({ name, partitions }: TopicDescription, command: string): void {
  const records = partitions.reduce((sum, { low, high }) => sum + Number(high - low), 0);
  if (records === 0) return;
  throw new UserError(
    'ARGUMENT_INVALID',
    `--into ${name} holds ${records} records already, which nobody could tell from those of this ${command}; ` +
      'give another topic, delete it (topics delete), or say --append',
  );
}

/** A sentence about what an existing topic would do to old records; null where it keeps them. */
export function retentionWarning({ name, config }: TopicDescription): string | null {
  const retentionMs = Number(config['retention.ms'] ?? UNLIMITED);
  if (retentionMs < 0) return null;
  return `warning: ${name} deletes records with a timestamp older than ${Math.round(retentionMs / 1000)} s (retention.ms)`;
}
