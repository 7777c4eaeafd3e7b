import PQueue from 'p-queue';
import { FatalError, messageOf } from '../errors/pipeline-error.ts';
import { headerText, type ConsumerRecord } from '../ports/record.ts';
import type { BatchContext, Consumer, ConsumerOptions, PartitionBatch } from '../ports/consumer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Processor } from '../ports/processor.ts';
import type { Producer } from '../ports/producer.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import { Chunks } from '../task/chunks.ts';
import { codeOf } from '../task/dead-letter.ts';
import { FreshnessGate, type Admitted } from '../task/freshness-gate.ts';
import type { StagePlan } from '../topology/plan.ts';
import { attemptRecord, type Outcome, type TaskView } from './record-attempts.ts';
import { RecordWriter } from './record-writer.ts';

/** What a stage worker is made of. */
export interface StageWorkerParts {
  readonly plan: StagePlan;
  /** `<stage>-<replica>`: named in the frames' trail, the logs and the metrics. */
  readonly worker: string;
  readonly processor: Processor;
  readonly createConsumer: (options: ConsumerOptions) => Consumer;
  readonly producer: Producer;
  readonly deadLetterMaxBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
  readonly onAssigned?: ConsumerOptions['onAssigned'];
}

interface Task {
  readonly id: string;
  readonly gate: FreshnessGate | null;
  readonly chunks: Chunks;
  streamTimeMs: number;
}

/**
 * Runs one replica of a stage. For each batch of a partition, in this order:
 *  1. choose: all records, or the newest of each source (`delivery: latest`);
 *  2. process a chunk, several records at once, outcomes in order;
 *  3. produce outputs and dead letters, acknowledged by all in-sync replicas;
 *  4. commit the offset after the chunk.
 * A crash between 3 and 4 repeats the chunk with the same `ce_id`s; nothing is lost.
 */
export class StageWorker {
  readonly #parts: StageWorkerParts;
  readonly #consumer: Consumer;
  readonly #writer: RecordWriter;
  readonly #queue: PQueue | null;
  #tasks = new Map<string, Task>();

  constructor(parts: StageWorkerParts) {
    this.#parts = parts;
    const { plan, processor } = parts;
    const concurrency = plan.concurrency ?? processor.concurrency ?? 1;
    this.#queue = concurrency > 1 ? new PQueue({ concurrency }) : null;
    this.#writer = new RecordWriter(parts);
    this.#consumer = parts.createConsumer({
      groupId: plan.group,
      topics: plan.from,
      startAt: 'earliest',
      maxBytesPerPartition: plan.batch.bytes,
      minBytes: plan.batch.lingerMs > 0 ? plan.batch.bytes : 1,
      maxWaitMs: plan.batch.lingerMs > 0 ? plan.batch.lingerMs : 250,
      partitionsConcurrently: Math.max(4, concurrency),
      onBatch: (batch, context) => this.#processBatch(batch, context),
      onAssigned: (assignment) => {
        this.#tasks = new Map();
        parts.onAssigned?.(assignment);
      },
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
    return this.#consumer.done;
  }

  async stop(): Promise<void> {
    await this.#consumer.stop();
    await this.#parts.producer.close();
    await this.#parts.processor.close?.();
  }

  async #processBatch(batch: PartitionBatch, context: BatchContext): Promise<void> {
    const { clock, metrics } = this.#parts;
    const task = this.#taskOf(batch);
    metrics.recordsIn.inc(batch.records.length);
    metrics.bytesIn.inc(batch.records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0));

    const decision = task.gate?.offer(batch, clock.nowMs()) ?? admitAll(batch);
    metrics.drop(decision.dropped);
    if (decision.state === 'lookAhead') {
      context.advance(batch.nextOffset);
      return;
    }

    const { admitted, nextOffset } = decision;
    if (admitted.length === 0) await context.commit(nextOffset);
    for (let start = 0; start < admitted.length;) {
      const chunk = task.chunks.next(admitted, start);
      if (!(await this.#processChunk(chunk, task, context))) return;
      start += chunk.length;
      await context.commit(admitted[start]?.record.offset ?? nextOffset);
    }
  }

  /** Steps 2 and 3; false when the partition was lost or the worker stops before the chunk was written. */
  async #processChunk(chunk: readonly Admitted[], task: Task, context: BatchContext): Promise<boolean> {
    if (context.signal.aborted) return false;
    const { metrics, clock } = this.#parts;
    const inUs = clock.nowUs();
    const outcomes = await this.#inOrder(chunk, task, context.signal);
    const finished = chunk.map((admitted, index) => ({
      admitted,
      outcome: outcomes[index] ?? { state: 'abandoned' as const },
    }));
    if (finished.some(({ outcome }) => outcome.state === 'abandoned')) return false;
    for (const { admitted, outcome } of finished) this.#stopIfPolicySaysSo(admitted.original, outcome, task);

    task.chunks.made(chunk, await this.#writer.write(finished, { inUs, outUs: clock.nowUs() }));
    metrics.batchRecords.observe(chunk.length);
    for (const { record } of chunk) metrics.ageMs.observe(ageMs(record, clock));
    return true;
  }

  /** Outcomes in the order of the records, however many run at once. */
  async #inOrder(chunk: readonly Admitted[], task: Task, signal: AbortSignal): Promise<Outcome[]> {
    const queue = this.#queue;
    if (queue) return Promise.all(chunk.map(({ record }) => queue.add(() => this.#process(record, task, signal))));
    const outcomes: Outcome[] = [];
    for (const { record } of chunk) {
      const outcome = await this.#process(record, task, signal);
      outcomes.push(outcome);
      if (outcome.state === 'abandoned') break;
    }
    return outcomes;
  }

  async #process(record: ConsumerRecord, task: Task, signal: AbortSignal): Promise<Outcome> {
    const { plan, metrics, processor, clock, log } = this.#parts;
    task.streamTimeMs = Math.max(task.streamTimeMs, record.timestampMs);
    const view: TaskView = { stage: plan.name, task: task.id, streamTimeMs: task.streamTimeMs, signal };
    const startedAt = performance.now();
    const rules = { processor, policy: plan.onError, timeoutMs: plan.timeoutMs, clock, log };
    const outcome = await attemptRecord(record, view, rules);
    metrics.processMs.observe(performance.now() - startedAt);
    if (outcome.state === 'done' && outcome.retries > 0) metrics.retries.inc(outcome.retries);
    if (outcome.state === 'gaveUp' && outcome.attempts > 1) metrics.retries.inc(outcome.attempts - 1);
    return outcome;
  }

  #stopIfPolicySaysSo({ topic, partition, offset }: ConsumerRecord, outcome: Outcome, task: Task): void {
    if (outcome.state !== 'gaveUp' || outcome.then !== 'fail') return;
    const { name, process: processor } = this.#parts.plan;
    throw new FatalError(
      'PROCESSING_STOPPED',
      `${codeOf(outcome.error)} task=${task.id} processor=${processor} topic=${topic} partition=${partition} offset=${offset}: ` +
        `${messageOf(outcome.error)}; the stage stops as its onError says (set then: deadLetter to go on)`,
      { where: { stage: name, task: task.id, processor, topic, partition, offset }, cause: outcome.error },
    );
  }

  #taskOf({ topic, partition }: PartitionBatch): Task {
    const key = `${topic}-${partition}`;
    const known = this.#tasks.get(key);
    if (known) return known;
    const { plan } = this.#parts;
    const gate = plan.delivery === 'latest' ? new FreshnessGate(plan.maxAgeMs) : null;
    const chunks = new Chunks(plan.batch);
    const task = { id: `${plan.name}-0_${partition}`, gate, chunks, streamTimeMs: 0 };
    this.#tasks.set(key, task);
    return task;
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

function admitAll(batch: PartitionBatch): Extract<ReturnType<FreshnessGate['offer']>, { state: 'admit' }> {
  const admitted = batch.records.map((record) => ({ record, original: record, drops: {} }));
  return { state: 'admit', admitted, dropped: {}, nextOffset: batch.nextOffset };
}

function ageMs(record: ConsumerRecord, clock: Clock): number {
  const captured = headerText(record.headers, 'ce_time');
  return Math.max(0, clock.nowMs() - (captured === undefined ? record.timestampMs : Date.parse(captured)));
}
