import { RetriableError, messageOf } from '../errors/pipeline-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Processor, ProcessorContext, ProcessResult } from '../ports/processor.ts';
import type { ConsumerRecord, OutputRecord } from '../ports/record.ts';
import { AttemptStores } from './attempt-stores.ts';
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

/** The record failed and is worth another try. */
export interface Again {
  readonly state: 'again';
  readonly afterMs: number;
}

/**
 * Runs the processor on one record until it succeeds, its retries are used up, or the task ends. A processor that
 * succeeds synchronously has its outcome at once: a promise for each record would cost more than most processors.
 */
export function attemptRecord(record: ConsumerRecord, view: TaskView, rules: AttemptRules): Outcome | Promise<Outcome> {
  const first = tryRecord(1, { record, view, rules });
  return first instanceof Promise ? tryOn(first, { record, view, rules }) : first;
}

async function tryOn(first: Promise<Outcome | Again>, given: Given): Promise<Outcome> {
  let tried = await first;
  for (let nth = 2; tried.state === 'again'; nth++) {
    await given.rules.clock.sleep(tried.afterMs, given.view.signal);
    tried = await tryRecord(nth, given);
  }
  return tried;
}

/** What an attempt is made with. */
interface Given {
  readonly record: ConsumerRecord;
  readonly view: TaskView;
  readonly rules: AttemptRules;
}

/** The `nth` try (from 1) of a record; whoever asked waits before the next. */
export function tryRecord(nth: number, given: Given): Outcome | Promise<Outcome | Again> {
  if (given.view.signal.aborted) return { state: 'abandoned' };
  return given.rules.processor.admit ? tryAdmitted(nth, given) : tryNow(nth, given);
}

/** The record waits outside until the processor can take it: its time begins then. */
async function tryAdmitted(nth: number, given: Given): Promise<Outcome | Again> {
  const { record, view, rules } = given;
  let leave: (() => void) | undefined;
  try {
    leave = await rules.processor.admit?.(record, view.signal);
    return hasEnded(view) ? { state: 'abandoned' } : await tryNow(nth, given);
  } catch (error) {
    if (hasEnded(view)) return { state: 'abandoned' };
    throw error;
  } finally {
    leave?.();
  }
}

function tryNow(nth: number, given: Given): Outcome | Promise<Outcome | Again> {
  const { record, view, rules } = given;
  let outputs: readonly OutputRecord[] | Promise<readonly OutputRecord[]>;
  try {
    outputs = processOnce(record, view, rules);
  } catch (error) {
    outputs = failed(error);
  }
  if (!(outputs instanceof Promise)) return { state: 'done', outputs, retries: nth - 1 };
  return outputs.then(
    (made): Outcome => ({ state: 'done', outputs: made, retries: nth - 1 }),
    (error: unknown) => reaction(error, nth, given),
  );
}

async function failed(error: unknown): Promise<never> {
  throw error;
}

function reaction(error: unknown, nth: number, { record, view, rules }: Given): Outcome | Again {
  view.state?.rollback();
  if (hasEnded(view)) return { state: 'abandoned' };
  const what = reactTo(error, nth, rules.policy);
  if (what.do !== 'retry') return { state: 'gaveUp', then: what.do, error, attempts: nth };
  const { topic, partition, offset } = record;
  const fields = { task: view.task, topic, partition, offset: String(offset), attempt: nth };
  rules.log.warn(fields, `${messageOf(error)}; trying again in ${what.afterMs} ms`);
  return { state: 'again', afterMs: what.afterMs };
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
  const stores = new AttemptStores(view, rules.processor);
  let timeout: AbortController | null = null; // made for who asks for it: hardly any synchronous processor does
  const context: ProcessorContext = {
    stage: view.stage,
    task: view.task,
    streamTimeMs: view.streamTimeMs,
    log: rules.log,
    store: ((name) => stores.of(name)) as ProcessorContext['store'],
    forward: (output) => void forwarded.push(output),
    get signal() {
      timeout ??= new AbortController();
      return AbortSignal.any([view.signal, timeout.signal]);
    },
  };
  const result = rules.processor.process(record, context);
  if (!(result instanceof Promise)) {
    stores.wereUsedAtOnce();
    return collect(forwarded, result);
  }
  timeout ??= new AbortController();
  return withTimeout(result, { record, view, rules, timeout })
    .then((value) => collect(forwarded, value))
    .finally(() => stores.end());
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
    if (timeout.signal.aborted) throw await timeOutOf(result, call); // also when the processor gave up as it was told to
    return value;
  } finally {
    settled.abort();
  }
}

/** The time-out as the processor itself tells it, where it does so at once, as it may know more. */
async function timeOutOf(result: Promise<ProcessResult>, { rules, timeout }: TimedCall): Promise<unknown> {
  const said = await Promise.race([result.catch((error: unknown) => error), rules.clock.sleep(0)]);
  return said instanceof RetriableError && said.code === 'RECORD_TIMED_OUT' ? said : timeout.signal.reason;
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
