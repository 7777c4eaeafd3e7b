import { FatalError, UserError } from '../../errors/pipeline-error.ts';
import type { Change } from '../../topology/changes/index.ts';
import type { Run } from '../run-file.ts';
import type { ChangeRefusal, ChangeRequest } from './change-routes.ts';

/** Longer than workers may take to drain, and others to start. */
const TIMEOUT_MS = 120_000;

/**
 * Asks the process of a run what a plan would change, or to make it what runs.
 * @throws UserError as the run refuses it; FatalError WORKER_FAILED where it does not answer.
 */
export async function askRun(run: Run, verb: 'plan' | 'apply', request: ChangeRequest): Promise<readonly Change[]> {
  const response = await fetch(`${run.address}/${verb}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${run.token}` },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw notAnswering(run, cause);
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as readonly Change[];
  if (response.status !== 409) throw notAnswering(run, text);
  const { code, message } = JSON.parse(text) as ChangeRefusal;
  throw new UserError(code, message);
}

function notAnswering({ topology, pid }: Run, cause: unknown): FatalError {
  const why = cause instanceof Error ? '' : `: ${String(cause).trim()}`;
  const sentence = `topology "${topology}" (process ${pid}) does not answer${why}; look at npm run -s topology -- status, and try again`;
  return new FatalError('WORKER_FAILED', sentence, { cause });
}
