import { UserError } from '../errors/pipeline-error.ts';

/** What is to be told who sets offsets of a group that somebody is in. */
export function occupiedGroup(groupId: string, cause?: unknown): UserError {
  const sentence = `group ${groupId} has members, which would overwrite what is set; stop them first`;
  return new UserError('ARGUMENT_INVALID', sentence, { cause });
}
