import { UserError } from '../errors/pipeline-error.ts';
import type { TopicVerdict } from '../ports/admin.ts';

/** Existing topics differ from the topology in a way that Kafka cannot change; nothing was created or altered. */
export class TopicConflictError extends UserError {
  readonly verdicts: readonly TopicVerdict[];

  constructor(verdicts: readonly TopicVerdict[]) {
    const notes = verdicts.filter(({ verdict }) => verdict === 'conflict').flatMap((conflict) => conflict.notes);
    super('TOPIC_CONFLICT', notes.join('\n'));
    this.verdicts = verdicts;
  }
}
