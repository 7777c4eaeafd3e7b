import PQueue from 'p-queue';
import { TaskLost, messageOf } from '../errors/pipeline-error.ts';
import type { BatchContext, PartitionBatch } from '../ports/consumer.ts';
import type { Punctuation } from '../ports/processor.ts';
import { admitFrom, type Next } from '../task/admission.ts';
import { FreshnessGate } from '../task/freshness-gate.ts';
import { isForAnother } from '../task/redrive.ts';
import type { Delivery, Step } from './delivery.ts';
import { InOrder } from './in-order.ts';
import { Lanes } from './lanes.ts';
import type { Finished, OutcomeRecord } from './outcome-records.ts';
import { strikeRecord, striking } from './punctuation.ts';
import { attemptRecord } from './record-attempts.ts';
import { readEntries, type StateEntry, type StateQuery } from './state-reading.ts';
import { TaskAttempts } from './task-attempts.ts';
import type { TaskState } from './task-state.ts';
import { writeOutcomes, type StageTaskParts, type TaskParts, type TaskWork, type WriteEnd } from './task-work.ts';
import { unwritable } from './verdict.ts';
import { WallClock } from './wall-clock.ts';

const BEGIN_ANEW_MS = 200;

interface Input {
  readonly gate: FreshnessGate | null;
  next: Next;
  /** Where it goes on if all that is in hand is given up. */
  resumeAt: bigint;
  readonly context: BatchContext;
}

/**
 * The work of a stage on one partition number of its input topics. For each batch:
 *  1. begin, once in each epoch: prove that the task is ours, restore its state, learn where it goes on;
 *  2. choose: all records, or the newest of each source (`delivery: latest`);
 *  3. process them, in order or ahead of each other;
 *  4. write outputs, dead letters, changes of state and the offset up to which all is done.
 */
export class StageTask {
  readonly id: string;
  readonly #parts: StageTaskParts;
  readonly #delivery: Delivery;
  readonly #state: TaskState | null;
  readonly #attempts: TaskAttempts;
  readonly #lent: TaskParts;
  readonly #work: TaskWork;
  readonly #inputs = new Map<string, Input>();
  readonly #wallClock: WallClock;
  #lastStep: Step | null = null;
  #begunFor: AbortSignal | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    id: string,
    parts: StageTaskParts,
    { delivery, state }: { readonly delivery: Delivery; readonly state: TaskState | null },
  ) {
    this.id = id;
    this.#parts = parts;
    this.#delivery = delivery;
    this.#state = state;
    this.#attempts = new TaskAttempts(id, parts, state);
    const discard = (): void => this.#state?.discard();
    this.#lent = { id, stage: parts, attempts: this.#attempts, write: this.#write.bind(this), discard };
    this.#work = this.#workOn(parts);
    this.#wallClock = new WallClock(parts.clock);
    this.#wallClock.start(parts.processor.schedule ?? [], (punctuation, timeMs) =>
      this.#inTurn(() => this.#strike(punctuation, timeMs)).catch((error: unknown) => parts.onFailure(error)),
    );
  }

  /**
   * Handles a batch of one of its inputs; one at a time, whichever input it is of. False when the task begins anew: then
   * all of its inputs are fetched again from where they stand, and whatever was fetched of them is void.
   */
  handle(batch: PartitionBatch, context: BatchContext): Promise<boolean> {
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
      await this.#work.close();
      this.#state?.close();
      await this.#delivery.close();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined); // the caller has the error
    return turn;
  }

  async #handle(batch: PartitionBatch, context: BatchContext): Promise<boolean> {
    const { metrics } = this.#parts;
    metrics.recordsIn.inc(batch.records.length);
    metrics.bytesIn.inc(batch.records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0));
    if (context.signal.aborted) return false;
    const input = await this.#inputOf(batch, context);
    if (!input) return false;
    if (input.next !== 'as fetched' && input.next < batch.fetchedOffset) {
      context.rewind(input.next);
      this.#inputs.delete(batch.topic); // what was committed is asked again: retention may be faster
      return false;
    }
    if (await this.#process(batch, input, context)) return true;
    await this.#giveUp();
    return false;
  }

  /** All that is in hand is void: every input goes on where it stands, which is fetched again, and the task begins anew. */
  async #giveUp(): Promise<void> {
    const signal = this.#begunFor;
    if (signal === null) return; // it was given up meanwhile
    await this.#end();
    for (const { context, resumeAt } of this.#inputs.values()) context.rewind(resumeAt);
    this.#inputs.clear();
    this.#begunFor = null;
    await this.#parts.clock.sleep(BEGIN_ANEW_MS, signal);
  }

  /** After this nothing of what was begun is written any more. */
  async #end(): Promise<void> {
    await this.#work.end();
    this.#state?.discard();
  }

  /** The input of a batch, after beginning where that is due; null when the partition is lost. */
  async #inputOf(batch: PartitionBatch, context: BatchContext): Promise<Input | null> {
    if (this.#begunFor !== context.signal) {
      await this.#end();
      this.#inputs.clear();
      this.#begunFor = null;
      if (!(await this.#delivery.begin(context))) return null;
      if (this.#state && !(await this.#state.restore(context.signal))) return null;
      this.#attempts.streamTimeMs = this.#state?.streamTimeMs ?? 0;
      this.#begunFor = context.signal;
    }
    const known = this.#inputs.get(batch.topic);
    if (known) return known;
    const next = await this.#delivery.startOf(context);
    if (next === null) return null;
    const { plan } = this.#parts;
    const gate = plan.delivery === 'latest' ? new FreshnessGate(plan.maxAgeMs) : null;
    const resumeAt = batch.records[0]?.offset ?? batch.fetchedOffset;
    const input: Input = { next, gate, resumeAt, context };
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
    if (admitted.length === 0 && input.next !== 'as fetched' && nextOffset <= input.next) {
      context.advance(nextOffset);
      return true;
    }
    const { topic, partition } = batch;
    const end = await this.#work.take(admitted, { topic, partition, context, nextOffset });
    if (end === 'taken' && input.next !== 'as fetched') input.next = nextOffset;
    return end !== 'lost';
  }

  #workOn(parts: StageTaskParts): TaskWork {
    if (parts.plan.order === 'partition') return new InOrder(this.#lent, this.#state);
    const queue = parts.queue ?? new PQueue({ concurrency: 1 });
    return new Lanes(this.#lent, queue, () => {
      this.#inTurn(() => this.#giveUp()).catch((error: unknown) => parts.onFailure(error));
    });
  }

  /** A punctuation on wall-clock time, between two batches: its outputs and changes are written as those of a record. */
  async #strike(punctuation: Punctuation, timeMs: number): Promise<void> {
    const step = this.#lastStep;
    const input = step && this.#inputs.get(step.topic);
    if (!step || !input || step.context.signal.aborted || this.#begunFor !== step.context.signal) return;
    const { plan, clock, log } = this.#parts;
    const record = strikeRecord(this.id, { ...step, timeMs });
    const rules = { policy: plan.onError, timeoutMs: plan.timeoutMs, clock, log };
    const view = this.#attempts.view(step.context.signal);
    const outcome = await attemptRecord(record, view, { ...rules, processor: striking(punctuation, timeMs) });
    const admitted = { record, original: record, drops: {} };
    for (let finished: Finished = { admitted, outcome, inUs: timeMs * 1000 }; ;) {
      const { end } = await writeOutcomes([finished], step, this.#lent);
      if (end === 'lost') await this.#giveUp();
      if (typeof end === 'string') return;
      finished = end;
    }
  }

  /** Step 4; a record whose output can never be written comes back as failed, and nothing is done then. */
  async #write(records: readonly OutcomeRecord[], step: Step): Promise<WriteEnd | Finished> {
    const changes = this.#state?.changelogRecords() ?? [];
    try {
      const outputs = records.map(({ record }) => record);
      const written = await this.#delivery.write({ outputs, changes }, step);
      this.#state?.accept(written);
      this.#lastStep = step;
      const input = this.#inputs.get(step.topic);
      if (input) input.resumeAt = step.nextOffset;
      return 'written';
    } catch (error) {
      this.#state?.discard();
      if (error instanceof TaskLost) {
        if (!step.context.signal.aborted) this.#parts.log.warn({ task: this.id }, messageOf(error));
        return 'lost';
      }
      const culprit = records[unwritable(error)]?.finished;
      if (culprit?.outcome.state !== 'done') throw error;
      const { then } = this.#parts.plan.onError;
      return { ...culprit, outcome: { state: 'gaveUp', then, error, attempts: 1 } };
    }
  }
}
