import { z } from 'zod';

const PART_NAME =
  'must begin with a letter or digit and go on with letters, digits, "_" and "-", at most 60 in all, as it becomes part of group and topic names';
const TOPIC_NAME =
  'must be 1 to 249 letters, digits, ".", "_" and "-", other than "." and "..", and not begin with "__", which Kafka keeps for itself';

/** Name of the topology, a source, a stage or a tap. */
export const partName = z
  .string({ error: PART_NAME })
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/, { error: PART_NAME })
  .meta({ title: 'name' });

/** Name of a topic, as Kafka allows it. */
export const topicName = z
  .string({ error: TOPIC_NAME })
  .regex(/^(?!__|\.{1,2}$)[A-Za-z0-9._-]{1,249}$/, { error: TOPIC_NAME })
  .meta({ title: 'topic' });

/** Dead letter topic of a source, a stage or a tap: `street.detect.dlq`. */
export const deadLetterTopicOf = (topology: string, part: string): string => `${topology}.${part}.dlq`;

/** Consumer group of a stage: `street.detect`. */
export const stageGroupOf = (topology: string, stage: string): string => `${topology}.${stage}`;

/** Consumer group of a tap: `street.tap.people`. */
export const tapGroupOf = (topology: string, tap: string): string => `${topology}.tap.${tap}`;

/** Changelog of a store: `street-detect-counts-changelog`. */
export const changelogOf = (topology: string, stage: string, store: string): string =>
  `${topology}-${stage}-${store}-changelog`;

/** Where a source keeps its positions: `street-orders-positions`. */
export const positionsTopicOf = (topology: string, source: string): string => `${topology}-${source}-positions`;

/** Transactional id of a source that has positions: `street.orders`. */
export const sourceTransactionalIdOf = (topology: string, source: string): string => `${topology}.${source}`;

/** Stage that the plan puts in front of one that groups by another key. */
export const repartitionStageOf = (stage: string): string => `${stage}-repartition`;

/** Topic between the two: `street-detect-repartition`. */
export const repartitionTopicOf = (topology: string, stage: string): string => `${topology}-${stage}-repartition`;
