import type PQueue from 'p-queue';
import { FatalError, PipelineError, TransactionLost, messageOf } from '../errors/pipeline-error.ts';
import { headerText, type ConsumerRecord } from '../ports/record.ts';
import type { BatchContext, PartitionBatch } from '../ports/consumer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Processor } from '../ports/processor.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import { Chunks } from '../task/chunks.ts';
import { codeOf } from '../task/dead-letter.ts';
import { FreshnessGate, type Admitted } from '../task/freshness-gate.ts';
import { isForAnother } from '../task/redrive.ts';
import type { StagePlan } from '../topology/plan.ts';
import type { Delivery, Step } from './delivery.ts';
import type { Finished, OutcomeRecord, OutcomeRecords } from './outcome-records.ts';
import type { AttemptLedger } from './attempts/attempt-ledger.ts';
import { attemptRecord, type GaveUp, type Outcome, type TaskView } from './record-attempts.ts';
import type { TaskState } from './task-state.ts';

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
  /** Remembers over a crash which records were under way. */
  readonly attempts?: AttemptLedger;
}

interface Input {
  readonly gate: FreshnessGate | null;
  next: bigint | 'as fetched';
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
  }

  /** Handles a batch of one of its inputs; one at a time, whichever input it is of. */
  handle(batch: PartitionBatch, context: BatchContext): Promise<void> {
    return this.#inTurn(() => this.#handle(batch, context));
  }

  /** Ends what the task holds, when its work is over. */
  close(): Promise<void> {
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
      for (const entry of finished) this.#stopIfPolicySaysSo(entry);
      const records = await outcomeRecords.of(finished, { inUs, outUs: clock.nowUs() });
      const end = await this.#write(records, step, input);
      if (typeof end === 'string') {
        if (end !== 'written') return end;
        this.#chunks.made(chunk, outcomeRecords.tell(records, finished));
        attempts?.settle(chunk.map(({ record }) => record));
        metrics.batchRecords.observe(chunk.length);
        for (const { record } of chunk) metrics.ageMs.observe(ageMs(record, clock));
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
    const { queue } = this.#parts;
    const process = async (admitted: Admitted): Promise<Finished> => ({
      admitted,
      outcome: verdicts.get(admitted) ?? (await this.#attempt(admitted.record, signal)),
    });
    const finished: Finished[] = [];
    if (queue) finished.push(...(await Promise.all(chunk.map((admitted) => queue.add(() => process(admitted))))));
    else
      for (const admitted of chunk) {
        const entry = await process(admitted);
        finished.push(entry);
        if (entry.outcome.state === 'abandoned') break;
      }
    this.#parts.attempts?.pause();
    return finished.some(({ outcome }) => outcome.state === 'abandoned') ? null : finished;
  }

  async #attempt(record: ConsumerRecord, signal: AbortSignal): Promise<Outcome> {
    const { plan, metrics, processor, clock, log, attempts } = this.#parts;
    this.#streamTimeMs = Math.max(this.#streamTimeMs, record.timestampMs);
    const streamTimeMs = this.#streamTimeMs;
    const state = this.#state?.forRecord(streamTimeMs) ?? null;
    const view: TaskView = { stage: plan.name, task: this.id, streamTimeMs, signal, state };
    const startedAt = performance.now();
    const rules = { processor, policy: plan.onError, timeoutMs: plan.timeoutMs, clock, log };
    const run = (): Promise<Outcome> => attemptRecord(record, view, rules);
    const outcome = await (attempts ? attempts.during(record, run) : run());
    metrics.processMs.observe(performance.now() - startedAt);
    if (outcome.state === 'done' && outcome.retries > 0) metrics.retries.inc(outcome.retries);
    if (outcome.state === 'gaveUp' && outcome.attempts > 1) metrics.retries.inc(outcome.attempts - 1);
    return outcome;
  }

  #abandon(): ChunkEnd {
    this.#state?.discard();
    return 'abandoned';
  }

  /** Step 4; a record whose output can never be written comes back as failed, and nothing is done then. */
  async #write(records: readonly OutcomeRecord[], step: Step, input: Input): Promise<ChunkEnd | Finished> {
    const changes = this.#state?.changelogRecords() ?? [];
    try {
      const written = await this.#delivery.write([...records.map(({ record }) => record), ...changes], step);
      this.#state?.accept(written);
      if (input.next !== 'as fetched') input.next = step.nextOffset;
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

  #stopIfPolicySaysSo({ admitted, outcome }: Finished): void {
    if (outcome.state === 'gaveUp' && outcome.then === 'fail') throw this.#stopped(admitted.original, outcome);
  }

  #stopped({ topic, partition, offset }: ConsumerRecord, { error }: GaveUp): FatalError {
    const { name, process: processor } = this.#parts.plan;
    return new FatalError(
      'PROCESSING_STOPPED',
      `${codeOf(error)} task=${this.id} processor=${processor} topic=${topic} partition=${partition} offset=${offset}: ` +
        `${messageOf(error)}; the stage stops as its onError says (set then: deadLetter to go on)`,
      { where: { stage: name, task: this.id, processor, topic, partition, offset }, cause: error },
    );
  }
}

function admitFrom(
  next: Input['next'],
  batch: PartitionBatch,
): Extract<ReturnType<FreshnessGate['offer']>, { state: 'admit' }> {
  const records = next === 'as fetched' ? batch.records : batch.records.filter(({ offset }) => offset >= next);
  const admitted = records.map((record) => ({ record, original: record, drops: {} }));
  return { state: 'admit', admitted, dropped: {}, nextOffset: batch.nextOffset };
}

function ageMs(record: ConsumerRecord, clock: Clock): number {
  const captured = headerText(record.headers, 'ce_time');
  return Math.max(0, clock.nowMs() - (captured === undefined ? record.timestampMs : Date.parse(captured)));
}

/** Index of the record that can never be written, or -1 where the error is of another kind. */
function unwritable(error: unknown): number {
  if (!(error instanceof PipelineError) || error.retriable || !('record' in error)) return -1;
  return typeof error.record === 'number' ? error.record : -1;
}
