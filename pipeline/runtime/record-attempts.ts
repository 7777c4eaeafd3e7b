import { FatalError, RetriableError, messageOf } from '../errors/pipeline-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Processor, ProcessorContext, ProcessResult } from '../ports/processor.ts';
import type { ConsumerRecord, OutputRecord } from '../ports/record.ts';
import { reactTo } from '../task/error-policy.ts';
import type { ErrorPolicy } from '../topology/plan.ts';

/** Its retries are used up, or it is known that they would not help. */
export interface GaveUp {
  readonly state: 'gaveUp';
  readonly then: ErrorPolicy['then'];
  readonly error: unknown;
  readonly attempts: number;
}

/** What became of one record. */
export type Outcome =
  | { readonly state: 'done'; readonly outputs: readonly OutputRecord[]; readonly retries: number }
  | GaveUp
  /** The partition was lost or the worker stops: the record is read again by its next owner. */
  | { readonly state: 'abandoned' };

export interface AttemptRules {
  readonly processor: Processor;
  readonly policy: ErrorPolicy;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The task a record belongs to, as its processor sees it. */
export interface TaskView {
  readonly stage: string;
  readonly task: string;
  readonly streamTimeMs: number;
  /** Aborts when the partition is lost or the worker stops. */
  readonly signal: AbortSignal;
  /** State of the task, where the stage has any. */
  readonly state: RecordState | null;
}

/** What one record may do with the state of its task. */
export interface RecordState {
  /** @throws FatalError STORE_UNKNOWN */
  store(name: string): unknown;
  /** Undoes what the record has changed so far. */
  rollback(): void;
}

/**
 * Runs the processor on one record until it succeeds, its retries are used up, or the task ends. A processor that
 * succeeds synchronously has its outcome at once: a promise for each record would cost more than most processors.
 */
export function attemptRecord(record: ConsumerRecord, view: TaskView, rules: AttemptRules): Outcome | Promise<Outcome> {
  if (view.signal.aborted) return { state: 'abandoned' };
  let outputs: readonly OutputRecord[] | Promise<readonly OutputRecord[]>;
  try {
    outputs = processOnce(record, view, rules);
  } catch (error) {
    outputs = failed(error);
  }
  if (!(outputs instanceof Promise)) return { state: 'done', outputs, retries: 0 };
  return attemptAgain(outputs, { record, view, rules });
}

async function failed(error: unknown): Promise<never> {
  throw error;
}

interface Attempts {
  readonly record: ConsumerRecord;
  readonly view: TaskView;
  readonly rules: AttemptRules;
}

async function attemptAgain(
  first: Promise<readonly OutputRecord[]>,
  { record, view, rules }: Attempts,
): Promise<Outcome> {
  for (let attempt = 1; attempt === 1 || !view.signal.aborted; attempt++) {
    try {
      const outputs = await (attempt === 1 ? first : processOnce(record, view, rules));
      return { state: 'done', outputs, retries: attempt - 1 };
    } catch (error) {
      view.state?.rollback();
      if (hasEnded(view)) break;
      const reaction = reactTo(error, attempt, rules.policy);
      if (reaction.do !== 'retry') return { state: 'gaveUp', then: reaction.do, error, attempts: attempt };
      const { topic, partition, offset } = record;
      const fields = { task: view.task, topic, partition, offset: String(offset), attempt };
      rules.log.warn(fields, `${messageOf(error)}; trying again in ${reaction.afterMs} ms`);
      await rules.clock.sleep(reaction.afterMs, view.signal);
    }
  }
  return { state: 'abandoned' };
}

/** A failure after the task has ended says nothing about the record. */
function hasEnded({ signal }: TaskView): boolean {
  return signal.aborted;
}

/** One call of the processor: synchronous results stay synchronous, asynchronous ones race the record's time-out. */
function processOnce(
  record: ConsumerRecord,
  view: TaskView,
  rules: AttemptRules,
): readonly OutputRecord[] | Promise<readonly OutputRecord[]> {
  const forwarded: OutputRecord[] = [];
  let timeout: AbortController | null = null; // made for who asks for it: hardly any synchronous processor does
  const context: ProcessorContext = {
    stage: view.stage,
    task: view.task,
    streamTimeMs: view.streamTimeMs,
    log: rules.log,
    store: ((name) => storeOf(name, view)) as ProcessorContext['store'],
    forward: (output) => void forwarded.push(output),
    get signal() {
      timeout ??= new AbortController();
      return AbortSignal.any([view.signal, timeout.signal]);
    },
  };
  const result = rules.processor.process(record, context);
  if (!(result instanceof Promise)) return collect(forwarded, result);
  timeout ??= new AbortController();
  return withTimeout(result, { record, view, rules, timeout }).then((value) => collect(forwarded, value));
}

function storeOf(name: string, { stage, state }: TaskView): unknown {
  if (state) return state.store(name);
  const sentence = `stage "${stage}" asks for store "${name}", but its processor declares no stores; declare it under "stores"`;
  throw new FatalError('STORE_UNKNOWN', sentence, { where: { stage } });
}

interface TimedCall {
  readonly record: ConsumerRecord;
  readonly view: TaskView;
  readonly rules: AttemptRules;
  readonly timeout: AbortController;
}

async function withTimeout(result: Promise<ProcessResult>, call: TimedCall): Promise<ProcessResult> {
  const { rules, timeout } = call;
  const settled = new AbortController();
  const expiry = rules.clock.sleep(rules.timeoutMs, settled.signal).then(() => {
    if (!settled.signal.aborted) timeout.abort(timedOut(call));
  });
  try {
    const value = await Promise.race<ProcessResult>([result, expiry]);
    timeout.signal.throwIfAborted(); // also when the processor gave up in time because it was told to
    return value;
  } finally {
    settled.abort();
  }
}

function timedOut({ record, view, rules }: TimedCall): RetriableError {
  const { topic, partition, offset } = record;
  return new RetriableError(
    'RECORD_TIMED_OUT',
    `stage "${view.stage}" did not finish the record at ${topic}-${partition}@${offset} within ${rules.timeoutMs} ms; ` +
      `make it faster or raise "timeout" of the stage`,
    { where: { stage: view.stage, task: view.task, topic, partition, offset } },
  );
}

function collect(forwarded: readonly OutputRecord[], result: ProcessResult): readonly OutputRecord[] {
  if (result === null || result === undefined) return forwarded;
  const returned = Array.isArray(result) ? (result as readonly OutputRecord[]) : [result as OutputRecord];
  return forwarded.length === 0 ? returned : [...forwarded, ...returned];
}
