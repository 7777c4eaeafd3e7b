import PQueue from 'p-queue';
import { FatalError } from '../errors/pipeline-error.ts';
import type { BatchContext, Consumer, ConsumerOptions, PartitionBatch } from '../ports/consumer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Processor } from '../ports/processor.ts';
import type { Producer } from '../ports/producer.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import type { StagePlan } from '../topology/plan.ts';
import { atLeastOnce, exactlyOnce, type Delivery } from './delivery.ts';
import type { AttemptLedger } from './attempts/attempt-ledger.ts';
import { InputMerger } from './input-merger.ts';
import { OutcomeRecords } from './outcome-records.ts';
import { StageTask } from './stage-task.ts';
import type { StateEntry, StateQuery } from './state-reading.ts';
import { withSerdes } from './with-serdes.ts';
import type { TaskState } from './task-state.ts';
import type { StageTaskParts } from './task-work.ts';

/** What a stage worker is made of. */
export interface StageWorkerParts {
  readonly plan: StagePlan;
  /** `<stage>-<replica>`: named in the frames' trail, the logs and the metrics. */
  readonly worker: string;
  readonly processor: Processor;
  readonly createConsumer: (options: ConsumerOptions) => Consumer;
  readonly producer: Producer;
  /** State of the task of a partition number; absent for a stage without. */
  readonly createState?: (partition: number) => TaskState;
  readonly deadLetterMaxBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
  readonly onAssigned?: ConsumerOptions['onAssigned'];
  readonly attempts?: AttemptLedger;
}

const MERGED_PARTITIONS = 256;

type Assigned = Parameters<NonNullable<ConsumerOptions['onAssigned']>>[0];

/** Runs one replica of a stage: hands the batches of its partitions to their tasks. */
export class StageWorker {
  readonly #parts: StageWorkerParts;
  readonly #taskParts: StageTaskParts;
  readonly #consumer: Consumer;
  readonly #failed = failure();
  readonly #tasks = new Map<number, StageTask>();
  readonly #mergers = new Map<number, InputMerger>();

  constructor(parts: StageWorkerParts) {
    this.#parts = parts;
    const { plan, processor, createState } = parts;
    refusePunctuationsOutOfOrder(plan, processor);
    // Records of one task see each other's changes: with state, one after the other.
    const concurrency = createState ? 1 : (plan.concurrency ?? processor.concurrency ?? 1);
    const queue = concurrency > 1 ? new PQueue({ concurrency }) : null;
    const onFailure = (error: unknown): void => this.#failed.reject(error);
    const between = withSerdes(processor, plan);
    this.#taskParts = { ...parts, processor: between, queue, outcomeRecords: new OutcomeRecords(parts), onFailure };
    this.#consumer = parts.createConsumer({
      groupId: plan.group,
      topics: plan.from,
      startAt: 'earliest',
      maxBytesPerPartition: plan.batch.bytes,
      minBytes: plan.batch.lingerMs > 0 ? plan.batch.bytes : 1,
      maxWaitMs: plan.batch.lingerMs > 0 ? plan.batch.lingerMs : 250,
      // Inputs that are merged wait for each other: all of them are to be at hand.
      partitionsConcurrently: isMerging(plan) ? MERGED_PARTITIONS : Math.max(4, concurrency),
      onBatch: (batch, context) => this.#handle(batch, context),
      onAssigned: (assigned) => this.#assigned(assigned),
      onLost: (loss) => this.#countLoss(loss),
      onBrokerAway: (away) =>
        parts.log.warn({}, away ? 'the broker does not answer; waiting for it' : 'the broker is back'),
    });
  }

  start(): Promise<void> {
    return this.#consumer.start();
  }

  /** Resolves after `stop`, rejects when the worker cannot go on. */
  get done(): Promise<void> {
    return Promise.race([this.#consumer.done, this.#failed.promise]);
  }

  /** Entries of a store in the tasks of this worker. @throws FatalError STORE_UNKNOWN */
  async readState(store: string, query: StateQuery): Promise<readonly StateEntry[]> {
    const read = async ([partition, task]: [number, StageTask]): Promise<StateEntry[]> =>
      (await task.readState(store, query)).map((entry) => ({ partition, ...entry }));
    return (await Promise.all([...this.#tasks].map(read))).flat();
  }

  async stop(): Promise<void> {
    this.#parts.attempts?.close();
    await this.#consumer.stop();
    await Promise.all([...this.#tasks.values()].map((task) => task.close()));
    await this.#parts.producer.close();
    await this.#parts.processor.close?.();
  }

  async #handle(batch: PartitionBatch, context: BatchContext): Promise<void> {
    const { plan, clock } = this.#parts;
    if (!isMerging(plan)) {
      await this.#taskOf(batch).handle(batch, context);
      return;
    }
    let merger = this.#mergers.get(batch.partition);
    if (!merger) {
      const process: StageTask['handle'] = (run, of) => this.#taskOf(run).handle(run, of);
      merger = new InputMerger({ topics: plan.from, maxIdleMs: plan.maxIdleMs, clock, process });
      this.#mergers.set(batch.partition, merger);
    }
    return merger.offer(batch, context);
  }

  #taskOf({ partition }: PartitionBatch): StageTask {
    let task = this.#tasks.get(partition);
    if (!task) this.#tasks.set(partition, (task = this.#createTask(partition)));
    return task;
  }

  #createTask(partition: number): StageTask {
    const { plan, createState } = this.#parts;
    const parts = { delivery: this.#createDelivery(partition), state: createState?.(partition) ?? null };
    return new StageTask(`${plan.name}-0_${partition}`, this.#taskParts, parts);
  }

  /** One transactional id for a task, also where it has several inputs: whoever owns the task fences all of it. */
  #createDelivery(partition: number): Delivery {
    const { plan, producer } = this.#parts;
    if (plan.guarantee === 'at-least-once') return atLeastOnce(producer);
    return exactlyOnce(producer.transactional(`${plan.group}.${partition}`), plan.group);
  }

  /** Tasks that moved to another worker are closed; those that stay begin anew with their next batch. */
  #assigned(assigned: Assigned): void {
    this.#parts.attempts?.refresh();
    const ours = new Set(assigned.partitions.map(({ partition }) => partition));
    for (const [partition, task] of this.#tasks) {
      if (ours.has(partition)) continue;
      this.#tasks.delete(partition);
      task.close().catch((error: unknown) => this.#parts.log.warn({ task: task.id, error }, 'a task did not close'));
    }
    this.#parts.onAssigned?.(assigned);
  }

  #countLoss({
    topic,
    partition,
    count,
    fromOffset,
    toOffset,
  }: Parameters<NonNullable<ConsumerOptions['onLost']>>[0]): void {
    this.#parts.metrics.lost.inc(Number(count));
    this.#parts.log.error(
      { topic, partition, fromOffset: String(fromOffset), toOffset: String(toOffset) },
      `RECORDS_LOST stage "${this.#parts.plan.name}": retention deleted ${count} records of ${topic}-${partition} before they were read; ` +
        'raise retention or retentionBytes of the topic, add replicas, or use delivery: latest',
    );
  }
}

/** `delivery: latest` takes the newest of each input, in whatever order they come. */
function isMerging({ from, delivery }: StagePlan): boolean {
  return from.length > 1 && delivery === 'every';
}

function refusePunctuationsOutOfOrder({ name, order }: StagePlan, { schedule = [] }: Processor): void {
  if (order === 'partition' || schedule.length === 0) return;
  const sentence = `stage "${name}" lets records go ahead of each other (order: ${order}), but its processor has punctuations, which come between records; remove order and onError.scope of the stage`;
  throw new FatalError('PUNCTUATION_NEEDS_ORDER', sentence, { where: { stage: name } });
}

/** A promise that only ever rejects. */
function failure(): { readonly promise: Promise<never>; readonly reject: (error: unknown) => void } {
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<never>((_, refuse) => (reject = refuse));
  promise.catch(() => undefined); // whoever awaits `done` has it
  return { promise, reject };
}
