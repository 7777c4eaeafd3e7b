import type { ConsumerRecord } from '../ports/record.ts';
import { observeOutcome } from './outcome-metrics.ts';
import { withStreamTime } from './punctuation.ts';
import {
  attemptRecord,
  tryRecord,
  type Again,
  type AttemptRules,
  type Outcome,
  type TaskView,
} from './record-attempts.ts';
import type { TaskState } from './task-state.ts';
import type { StageTaskParts } from './task-work.ts';

/** Runs the processor on the records of one task, with the task's state and stream time. */
export class TaskAttempts {
  readonly #id: string;
  readonly #parts: StageTaskParts;
  readonly #state: TaskState | null;
  readonly #rules: AttemptRules;
  /** Highest record timestamp seen, milliseconds. */
  streamTimeMs = 0;

  constructor(id: string, parts: StageTaskParts, state: TaskState | null) {
    this.#id = id;
    this.#parts = parts;
    this.#state = state;
    const { processor, plan, clock, log } = parts;
    this.#rules = { processor, policy: plan.onError, timeoutMs: plan.timeoutMs, clock, log };
  }

  /** All tries of a record, with the waits between them. `noted`: it is in the ledger of attempts already. */
  run(record: ConsumerRecord, signal: AbortSignal, noted: boolean): Outcome | Promise<Outcome> {
    const { metrics } = this.#parts;
    const attempts = noted ? undefined : this.#parts.attempts;
    const startedAt = performance.now();
    const { view, rules } = this.#given(record, signal);
    const run = (): Outcome | Promise<Outcome> => attemptRecord(record, view, rules);
    const outcome = attempts ? attempts.during(record, async () => run()) : run();
    if (!(outcome instanceof Promise)) return observeOutcome(metrics, outcome, startedAt);
    return outcome.then((settled) => observeOutcome(metrics, settled, startedAt));
  }

  /** The `nth` try of a record, from 1. */
  async try(nth: number, record: ConsumerRecord, signal: AbortSignal): Promise<Outcome | Again> {
    const { metrics, attempts } = this.#parts;
    const startedAt = performance.now();
    const given = { record, ...this.#given(record, signal) };
    const run = async (): Promise<Outcome | Again> => tryRecord(nth, given);
    const tried = await (attempts ? attempts.during(record, run) : run());
    return tried.state === 'again' ? tried : observeOutcome(metrics, tried, startedAt);
  }

  /** The task as its next record sees it. */
  view(signal: AbortSignal): TaskView {
    const { streamTimeMs } = this;
    const state = this.#state?.forRecord(streamTimeMs) ?? null;
    return { stage: this.#parts.plan.name, task: this.#id, streamTimeMs, signal, state };
  }

  #given(record: ConsumerRecord, signal: AbortSignal): { readonly view: TaskView; readonly rules: AttemptRules } {
    const beforeMs = this.streamTimeMs;
    const nowMs = Math.max(beforeMs, record.timestampMs);
    this.streamTimeMs = nowMs;
    const { processor } = this.#rules;
    const stepping = withStreamTime(processor, { beforeMs, nowMs });
    const rules = stepping === processor ? this.#rules : { ...this.#rules, processor: stepping };
    return { view: this.view(signal), rules };
  }
}
