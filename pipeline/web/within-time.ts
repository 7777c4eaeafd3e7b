import { messageOf } from '../errors/pipeline-error.ts';
import type { Clock } from '../ports/clock.ts';
import { formatDuration } from '../topology/duration.ts';

/** Nothing came back: its message tells why, in a few words. */
export class NoAnswerError extends Error {}

export interface Patience {
  /** Longest wait for a whole answer, milliseconds. */
  readonly timeout: number;
  readonly clock: Clock;
  /** Aborts when nobody waits any longer. */
  readonly signal: AbortSignal;
}

/** Asks, and gives up in time. @throws NoAnswerError */
export async function withinTime<Result>(
  { timeout, clock, signal }: Patience,
  ask: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const asking = new AbortController();
  const answered = new AbortController();
  const leave = (): void => asking.abort();
  signal.addEventListener('abort', leave);
  void clock.sleep(timeout, answered.signal).then(leave);
  try {
    return await ask(asking.signal);
  } catch (cause) {
    const reason = asking.signal.aborted ? `not within ${formatDuration(timeout)}` : deepestReason(cause);
    throw new NoAnswerError(reason, { cause });
  } finally {
    answered.abort();
    signal.removeEventListener('abort', leave);
  }
}

/** `fetch failed` says nothing; its cause does. */
export function deepestReason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return deepestReason(error.errors[0]);
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : deepestReason(cause);
}
