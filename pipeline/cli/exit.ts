import { PipelineError, UserError, messageOf } from '../errors/pipeline-error.ts';
import { complain, paint } from './terminal.ts';

/** Exit codes: 0 fine, 1 a failure, 2 a mistake in what the user gave. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return error instanceof UserError ? 2 : 1;
}

/** Tells an error in one sentence (with its stack only where it is not one of ours) and ends the process. */
export function endWith(error: unknown): never {
  complain(`${paint('red', 'error', process.stderr)} ${sentenceOf(error)}`);
  process.exit(exitCodeOf(error));
}

function sentenceOf(error: unknown): string {
  if (error instanceof PipelineError) return `${error.code} ${error.message}`;
  return error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
}
