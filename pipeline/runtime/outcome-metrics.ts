import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import type { Clock } from '../ports/clock.ts';
import { ageMs } from '../task/admission.ts';
import type { Admitted } from '../task/freshness-gate.ts';
import type { Outcome } from './record-attempts.ts';

/** Counts what became of a record and how long that took; `startedAt` is of `performance.now()`. */
export function observeOutcome(metrics: WorkerMetrics, outcome: Outcome, startedAt: number): Outcome {
  metrics.processMs.observe(performance.now() - startedAt);
  if (outcome.state === 'done' && outcome.retries > 0) metrics.retries.inc(outcome.retries);
  if (outcome.state === 'gaveUp' && outcome.attempts > 1) metrics.retries.inc(outcome.attempts - 1);
  return outcome;
}

/** Counts a chunk whose outcomes are written. */
export function observeWritten(metrics: WorkerMetrics, chunk: readonly Admitted[], clock: Clock): void {
  metrics.batchRecords.observe(chunk.length);
  for (const { record } of chunk) metrics.ageMs.observe(ageMs(record, clock));
}
