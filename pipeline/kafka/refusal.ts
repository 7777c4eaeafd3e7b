import { FatalError, PipelineError, UserError, messageOf } from '../errors/pipeline-error.ts';
import { errorTypeOf } from './failure.ts';

/** The named error for what the broker refuses for good; errors of ours stay as they are. */
export function refusal(error: unknown, topics: readonly string[]): PipelineError {
  if (error instanceof PipelineError) return error;
  const names = topics.map((topic) => `"${topic}"`).join(', ');
  if (errorTypeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return unknownTopic(topics, error);
  return new FatalError(
    'KAFKA_REFUSED',
    `the broker refuses work on ${names}: ${messageOf(error)}; check credentials and rights`,
    {
      cause: error,
    },
  );
}

export function unknownTopic(topics: readonly string[], cause?: unknown): UserError {
  const names = topics.map((topic) => `"${topic}"`).join(', ');
  const [topic] = topics;
  const sentence =
    topics.length === 1
      ? `topic ${names} does not exist; create it, or correct its name`
      : `one of the topics ${names} does not exist; create it, or correct its name`;
  return new UserError('TOPIC_UNKNOWN', sentence, {
    where: topics.length === 1 && topic !== undefined ? { topic } : {},
    cause,
  });
}
