import type PQueue from 'p-queue';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Processor } from '../ports/processor.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import type { Admitted } from '../task/freshness-gate.ts';
import type { StagePlan } from '../topology/plan.ts';
import type { AttemptLedger } from './attempts/attempt-ledger.ts';
import type { Step } from './delivery.ts';
import { observeWritten } from './outcome-metrics.ts';
import type { Finished, OutcomeRecord, OutcomeRecords } from './outcome-records.ts';
import type { TaskAttempts } from './task-attempts.ts';
import { throwIfPolicySaysSo } from './verdict.ts';

/** What the tasks of a worker have in common. */
export interface StageTaskParts {
  readonly plan: StagePlan;
  readonly processor: Processor;
  /** Runs several records at once; null where one after the other is wanted. */
  readonly queue: PQueue | null;
  readonly outcomeRecords: OutcomeRecords;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
  /** Hears of failures of work that no batch waits for. */
  readonly onFailure: (error: unknown) => void;
  /** Remembers over a crash which records were under way. */
  readonly attempts?: AttemptLedger;
}

/** `lost`: the task is to begin anew. */
export type WriteEnd = 'written' | 'lost';

/** What a task lends to the work on its records. */
export interface TaskParts {
  readonly id: string;
  readonly stage: StageTaskParts;
  readonly attempts: TaskAttempts;
  /** Writes records and the step; a record whose output can never be written comes back as failed, and nothing is done then. */
  readonly write: (records: readonly OutcomeRecord[], step: Step) => Promise<WriteEnd | Finished>;
  /** Forgets changes of state that are not written. */
  readonly discard: () => void;
}

/** `taken`: the work has it, done or not; `abandoned`: the partition is lost or the worker stops. */
export type WorkEnd = 'taken' | 'abandoned' | 'lost';

/** How a task works on the records of its inputs. */
export interface TaskWork {
  /** Takes the records up to the step, which may be none. */
  take(admitted: readonly Admitted[], step: Step): Promise<WorkEnd>;
  /** Gives up what is under way; resolves when nothing of it is written any more. */
  end(): Promise<void>;
  /** The same, and no processor works any more. */
  close(): Promise<void>;
}

/** What became of a write, and the bytes of its outputs. */
export interface WrittenOutcomes {
  readonly end: WriteEnd | Finished;
  readonly bytes: number;
}

/** Writes what became of records, and counts them. @throws FatalError PROCESSING_STOPPED as `onError.then` says */
export async function writeOutcomes(
  finished: readonly Finished[],
  step: Step,
  { id, stage, write, discard }: TaskParts,
): Promise<WrittenOutcomes> {
  const { plan, outcomeRecords, attempts, metrics, clock } = stage;
  throwIfPolicySaysSo(finished, { task: id, plan });
  const records = await outcomeRecords.of(finished);
  if ('failed' in records) {
    discard();
    return { end: records.failed, bytes: 0 };
  }
  const end = await write(records, step);
  if (end !== 'written') return { end, bytes: 0 };
  const admitted = finished.map((one) => one.admitted);
  attempts?.settle(admitted.map(({ record }) => record));
  observeWritten(metrics, admitted, clock);
  return { end, bytes: outcomeRecords.tell(records, finished) };
}
