import { OutsideAwayError, PipelineError } from '../errors/pipeline-error.ts';
import type { ErrorPolicy } from '../topology/plan.ts';

const MAX_BACKOFF_MS = 10_000;
const MAX_ASKED_WAIT_MS = 300_000;

/** What to do about a record that threw. */
export type Reaction = { readonly do: 'retry'; readonly afterMs: number } | { readonly do: ErrorPolicy['then'] };

/** Decides after the `attempt`-th failure (from 1): errors say themselves whether a retry can help. */
export function reactTo(error: unknown, attempt: number, policy: ErrorPolicy): Reaction {
  if (error instanceof OutsideAwayError || (isRetriable(error) && attempt <= policy.retries)) {
    const afterMs = Math.min(policy.backoffMs * 2 ** (attempt - 1), MAX_BACKOFF_MS);
    return { do: 'retry', afterMs: Math.max(afterMs, askedWaitMs(error)) };
  }
  return { do: policy.then };
}

/** What an error asks to wait at least (`retryAfterMs`), as far as that is bearable. */
function askedWaitMs(error: unknown): number {
  const asked = typeof error === 'object' && error !== null && 'retryAfterMs' in error ? error.retryAfterMs : undefined;
  return typeof asked === 'number' && asked > 0 ? Math.min(asked, MAX_ASKED_WAIT_MS) : 0;
}

/** An error of ours says so; a foreign one with a boolean `retriable` as well; the rest may be tried again. */
export function isRetriable(error: unknown): boolean {
  if (error instanceof PipelineError) return error.retriable;
  const claim = typeof error === 'object' && error !== null && 'retriable' in error ? error.retriable : undefined;
  return claim !== false;
}
