import type { Admin, TopicDescription } from '../../ports/admin.ts';
import { UserError } from '../../errors/pipeline-error.ts';

const SUFFIX = '.dlq';

/** `street.decode` or `street.decode.dlq` -> `street.decode`, the part these dead letters belong to. */
export function partOf(name: string): string {
  return name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name;
}

/** All dead-letter topics of the broker. */
export async function deadLetterTopics(admin: Admin): Promise<readonly TopicDescription[]> {
  const names = (await admin.listTopics()).filter((name) => name.endsWith(SUFFIX));
  const topics = await admin.describeTopics(names);
  return topics.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The dead-letter topic of this name, or of this `<topology>.<part>`. @throws UserError naming those there are. */
export async function deadLetterTopic(admin: Admin, name: string): Promise<TopicDescription> {
  const topics = await deadLetterTopics(admin);
  const wanted = `${partOf(name).replace(/^([^.]+)\.tap\.([^.]+)$/, '$1.$2')}${SUFFIX}`;
  const topic = topics.find((candidate) => candidate.name === wanted);
  if (topic) return topic;
  const known = topics.map((candidate) => candidate.name).join(', ') || 'none';
  throw new UserError('ARGUMENT_INVALID', `there is no dead-letter topic ${wanted}; there are: ${known}`);
}
