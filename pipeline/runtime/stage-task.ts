import type PQueue from 'p-queue';
import { TransactionLost, messageOf } from '../errors/pipeline-error.ts';
import type { ConsumerRecord } from '../ports/record.ts';
import type { BatchContext, PartitionBatch } from '../ports/consumer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Processor, Punctuation } from '../ports/processor.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import { admitFrom, type Next } from '../task/admission.ts';
import { Chunks } from '../task/chunks.ts';
import { FreshnessGate, type Admitted } from '../task/freshness-gate.ts';
import { isForAnother } from '../task/redrive.ts';
import type { StagePlan } from '../topology/plan.ts';
import { Breather } from './breather.ts';
import type { Delivery, Step } from './delivery.ts';
import type { Finished, OutcomeRecord, OutcomeRecords } from './outcome-records.ts';
import type { AttemptLedger } from './attempts/attempt-ledger.ts';
import { observeOutcome, observeWritten } from './outcome-metrics.ts';
import { strikeRecord, striking, withStreamTime } from './punctuation.ts';
import { attemptRecord, type Outcome, type TaskView } from './record-attempts.ts';
import { readEntries, type StateEntry, type StateQuery } from './state-reading.ts';
import type { TaskState } from './task-state.ts';
import { throwIfPolicySaysSo, unwritable } from './verdict.ts';
import { WallClock } from './wall-clock.ts';

const BEGIN_ANEW_MS = 200;

/** What the tasks of a worker have in common. */
export interface StageTaskParts {
  readonly plan: StagePlan;
  readonly processor: Processor;
  /** Runs several records of a chunk at once; null where one after the other is wanted. */
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

interface Input {
  readonly gate: FreshnessGate | null;
  next: Next;
}

type ChunkEnd = 'written' | 'abandoned' | 'lost';

/**
 * The work of a stage on one partition number of its input topics. For each batch:
 *  1. begin, once in each epoch: prove that the task is ours, restore its state, learn where it goes on;
 *  2. choose: all records, or the newest of each source (`delivery: latest`);
 *  3. process a chunk, outcomes in order;
 *  4. write outputs, dead letters, changes of state and the offset after the chunk.
 */
export class StageTask {
  readonly id: string;
  readonly #parts: StageTaskParts;
  readonly #delivery: Delivery;
  readonly #state: TaskState | null;
  readonly #chunks: Chunks;
  readonly #inputs = new Map<string, Input>();
  readonly #wallClock: WallClock;
  #lastStep: Step | null = null;
  #begunFor: AbortSignal | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #streamTimeMs = 0;

  constructor(
    id: string,
    parts: StageTaskParts,
    { delivery, state }: { readonly delivery: Delivery; readonly state: TaskState | null },
  ) {
    this.id = id;
    this.#parts = parts;
    this.#delivery = delivery;
    this.#state = state;
    this.#chunks = new Chunks(parts.plan.batch);
    this.#wallClock = new WallClock(parts.clock);
    this.#wallClock.start(parts.processor.schedule ?? [], (punctuation, timeMs) =>
      this.#inTurn(() => this.#strike(punctuation, timeMs)).catch((error: unknown) => parts.onFailure(error)),
    );
  }

  /** Handles a batch of one of its inputs; one at a time, whichever input it is of. */
  handle(batch: PartitionBatch, context: BatchContext): Promise<void> {
    return this.#inTurn(() => this.#handle(batch, context));
  }

  /** What is in a store between two batches. @throws FatalError STORE_UNKNOWN */
  readState(store: string, query: StateQuery): Promise<readonly Omit<StateEntry, 'partition'>[]> {
    return this.#inTurn(async () => (this.#state ? readEntries(this.#state.read(store), query) : []));
  }

  /** Ends what the task holds, when its work is over. */
  close(): Promise<void> {
    this.#wallClock.stop();
    return this.#inTurn(async () => {
      this.#state?.close();
      await this.#delivery.close();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined); // the caller has the error
    return turn;
  }

  async #handle(batch: PartitionBatch, context: BatchContext): Promise<void> {
    const { metrics } = this.#parts;
    metrics.recordsIn.inc(batch.records.length);
    metrics.bytesIn.inc(batch.records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0));
    while (!context.signal.aborted) {
      const input = await this.#inputOf(batch, context);
      if (!input) return;
      if (input.next !== 'as fetched' && input.next < batch.fetchedOffset) {
        context.rewind(input.next);
        this.#inputs.delete(batch.topic); // what was committed is asked again: retention may be faster
        return;
      }
      if (await this.#process(batch, input, context)) return;
      this.#begunFor = null;
      await this.#parts.clock.sleep(BEGIN_ANEW_MS, context.signal);
    }
  }

  /** The input of a batch, after beginning where that is due; null when the partition is lost. */
  async #inputOf(batch: PartitionBatch, context: BatchContext): Promise<Input | null> {
    if (this.#begunFor !== context.signal) {
      this.#inputs.clear();
      if (!(await this.#delivery.begin(context))) return null;
      if (this.#state && !(await this.#state.restore(context.signal))) return null;
      this.#streamTimeMs = this.#state?.streamTimeMs ?? 0;
      this.#begunFor = context.signal;
    }
    const known = this.#inputs.get(batch.topic);
    if (known) return known;
    const next = await this.#delivery.startOf(context);
    if (next === null) return null;
    const { plan } = this.#parts;
    const input = { next, gate: plan.delivery === 'latest' ? new FreshnessGate(plan.maxAgeMs) : null };
    this.#inputs.set(batch.topic, input);
    return input;
  }

  /** False when the task has to begin anew. */
  async #process(batch: PartitionBatch, input: Input, context: BatchContext): Promise<boolean> {
    const { clock, metrics, plan } = this.#parts;
    const ours = { ...batch, records: batch.records.filter((record) => !isForAnother(record, plan.group)) };
    const decision = input.gate?.offer(ours, clock.nowMs()) ?? admitFrom(input.next, ours);
    metrics.drop(decision.dropped);
    if (decision.state === 'lookAhead') {
      context.advance(batch.nextOffset);
      return true;
    }
    const { admitted, nextOffset } = decision;
    const { topic, partition } = batch;
    if (admitted.length === 0) return this.#stepOver({ topic, partition, context, nextOffset }, input);
    for (let start = 0; start < admitted.length;) {
      const chunk = this.#chunks.next(admitted, start);
      start += chunk.length;
      const step = { topic, partition, context, nextOffset: admitted[start]?.record.offset ?? nextOffset };
      const end = await this.#processChunk(chunk, step, input);
      if (end !== 'written') return end === 'abandoned';
    }
    return true;
  }

  /** Nothing of the batch is to be processed, or nothing is left of it; false when the task has to begin anew. */
  async #stepOver(step: Step, input: Input): Promise<boolean> {
    if (input.next !== 'as fetched' && step.nextOffset <= input.next) {
      step.context.advance(step.nextOffset);
      return true;
    }
    return (await this.#write([], step, input)) === 'written';
  }

  /** Steps 3 and 4. A record whose output can never be written counts as failed; where there is state, all begins anew. */
  async #processChunk(chunk: readonly Admitted[], step: Step, input: Input): Promise<ChunkEnd> {
    const { clock, metrics, outcomeRecords, attempts } = this.#parts;
    const inUs = clock.nowUs();
    const streamTimeMs = this.#streamTimeMs;
    const verdicts = new Map<Admitted, Outcome>();
    for (;;) {
      if (step.context.signal.aborted) return 'abandoned';
      this.#streamTimeMs = streamTimeMs;
      const finished = await this.#outcomes(chunk, verdicts, step.context.signal);
      if (finished === null) return this.#abandon();
      throwIfPolicySaysSo(finished, { task: this.id, plan: this.#parts.plan });
      const records = await outcomeRecords.of(finished, { inUs, outUs: clock.nowUs() });
      const end = await this.#write(records, step, input);
      if (typeof end === 'string') {
        if (end !== 'written') return end;
        this.#chunks.made(chunk, outcomeRecords.tell(records, finished));
        attempts?.settle(chunk.map(({ record }) => record));
        observeWritten(metrics, chunk, clock);
        return end;
      }
      if (!this.#state) for (const { admitted, outcome } of finished) verdicts.set(admitted, outcome);
      verdicts.set(end.admitted, end.outcome);
    }
  }

  /** Outcomes in the order of the records, however many run at once; null when the task ends before all are known. */
  async #outcomes(
    chunk: readonly Admitted[],
    verdicts: ReadonlyMap<Admitted, Outcome>,
    signal: AbortSignal,
  ): Promise<readonly Finished[] | null> {
    const { queue, clock } = this.#parts;
    const attempt = (admitted: Admitted): Outcome | Promise<Outcome> =>
      verdicts.get(admitted) ?? this.#attempt(admitted.record, signal);
    const process = async (admitted: Admitted): Promise<Finished> => ({ admitted, outcome: await attempt(admitted) });
    const finished: Finished[] = [];
    const breather = new Breather(clock);
    if (queue) finished.push(...(await Promise.all(chunk.map((admitted) => queue.add(() => process(admitted))))));
    else
      for (const admitted of chunk) {
        const attempted = attempt(admitted);
        const outcome = attempted instanceof Promise ? await attempted : attempted;
        finished.push({ admitted, outcome });
        if (outcome.state === 'abandoned') break;
        if (breather.isDue) await breather.take();
      }
    this.#parts.attempts?.pause();
    return finished.some(({ outcome }) => outcome.state === 'abandoned') ? null : finished;
  }

  #attempt(record: ConsumerRecord, signal: AbortSignal): Outcome | Promise<Outcome> {
    const { plan, metrics, clock, log, attempts } = this.#parts;
    const beforeMs = this.#streamTimeMs;
    const nowMs = Math.max(beforeMs, record.timestampMs);
    this.#streamTimeMs = nowMs;
    const view = this.#viewOf(signal);
    const startedAt = performance.now();
    const processor = withStreamTime(this.#parts.processor, { beforeMs, nowMs });
    const rules = { processor, policy: plan.onError, timeoutMs: plan.timeoutMs, clock, log };
    const run = (): Outcome | Promise<Outcome> => attemptRecord(record, view, rules);
    const outcome = attempts ? attempts.during(record, async () => run()) : run();
    if (!(outcome instanceof Promise)) return observeOutcome(metrics, outcome, startedAt);
    return outcome.then((settled) => observeOutcome(metrics, settled, startedAt));
  }

  #viewOf(signal: AbortSignal): TaskView {
    const streamTimeMs = this.#streamTimeMs;
    const state = this.#state?.forRecord(streamTimeMs) ?? null;
    return { stage: this.#parts.plan.name, task: this.id, streamTimeMs, signal, state };
  }

  /** A punctuation on wall-clock time, between two batches: its outputs and changes are written as those of a record. */
  async #strike(punctuation: Punctuation, timeMs: number): Promise<void> {
    const step = this.#lastStep;
    const input = step && this.#inputs.get(step.topic);
    if (!step || !input || step.context.signal.aborted || this.#begunFor !== step.context.signal) return;
    const { plan, clock, log, outcomeRecords } = this.#parts;
    const record = strikeRecord(this.id, { ...step, timeMs });
    const rules = { policy: plan.onError, timeoutMs: plan.timeoutMs, clock, log };
    const view = this.#viewOf(step.context.signal);
    const outcome = await attemptRecord(record, view, { ...rules, processor: striking(punctuation, timeMs) });
    if (outcome.state === 'gaveUp') log.error({ task: this.id }, `a punctuation failed: ${messageOf(outcome.error)}`);
    const passage = { inUs: timeMs * 1000, outUs: clock.nowUs() };
    const finished = [{ admitted: { record, original: record, drops: {} }, outcome }];
    const records = outcome.state === 'done' ? await outcomeRecords.of(finished, passage) : [];
    const end = await this.#write(records, step, input);
    if (end === 'lost') this.#begunFor = null;
    if (end === 'written') outcomeRecords.tell(records, []);
  }

  #abandon(): ChunkEnd {
    this.#state?.discard();
    return 'abandoned';
  }

  /** Step 4; a record whose output can never be written comes back as failed, and nothing is done then. */
  async #write(records: readonly OutcomeRecord[], step: Step, input: Input): Promise<ChunkEnd | Finished> {
    const changes = this.#state?.changelogRecords() ?? [];
    try {
      const outputs = records.map(({ record }) => record);
      const written = await this.#delivery.write({ outputs, changes }, step);
      this.#state?.accept(written);
      if (input.next !== 'as fetched') input.next = step.nextOffset;
      this.#lastStep = step;
      return 'written';
    } catch (error) {
      this.#state?.discard();
      if (error instanceof TransactionLost) {
        this.#parts.log.warn({ task: this.id }, messageOf(error));
        return 'lost';
      }
      const culprit = records[unwritable(error)]?.finished;
      if (culprit?.outcome.state !== 'done') throw error;
      const { then } = this.#parts.plan.onError;
      return { admitted: culprit.admitted, outcome: { state: 'gaveUp', then, error, attempts: 1 } };
    }
  }
}
