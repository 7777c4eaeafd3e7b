import { PipelineError } from '../errors/pipeline-error.ts';
import type { ErrorPolicy } from '../topology/plan.ts';

const MAX_BACKOFF_MS = 10_000;

/** What to do about a record that threw. */
export type Reaction = { readonly do: 'retry'; readonly afterMs: number } | { readonly do: ErrorPolicy['then'] };

/** Decides after the `attempt`-th failure (from 1): errors say themselves whether a retry can help. */
export function reactTo(error: unknown, attempt: number, policy: ErrorPolicy): Reaction {
  if (isRetriable(error) && attempt <= policy.retries) {
    return { do: 'retry', afterMs: Math.min(policy.backoffMs * 2 ** (attempt - 1), MAX_BACKOFF_MS) };
  }
  return { do: policy.then };
}

/** An error of ours says so; a foreign one with a boolean `retriable` as well; the rest may be tried again. */
export function isRetriable(error: unknown): boolean {
  if (error instanceof PipelineError) return error.retriable;
  const claim = typeof error === 'object' && error !== null && 'retriable' in error ? error.retriable : undefined;
  return claim !== false;
}
