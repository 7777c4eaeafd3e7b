import { FatalError, OutsideAwayError, messageOf } from '../errors/pipeline-error.ts';
import type { Expression } from '../expression/expression.ts';
import type { BatchContext, Consumer, ConsumerOptions, LogPlace, PartitionBatch } from '../ports/consumer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Producer } from '../ports/producer.ts';
import { headerText, type ConsumerRecord } from '../ports/record.ts';
import type { Sink, SinkRecord } from '../ports/sink.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import { codeOf, deadLetterRecord } from '../task/dead-letter.ts';
import { reactTo } from '../task/error-policy.ts';
import { isForAnother, withoutTarget } from '../task/redrive.ts';
import type { TapPlan } from '../topology/plan.ts';
import { RateLimit, isSampled } from './tap-filter.ts';

const MAX_BYTES_PER_PARTITION = 1024 * 1024;

/** What a tap worker is made of. */
export interface TapWorkerParts {
  readonly plan: TapPlan;
  readonly sink: Sink;
  /** Where it begins whatever its group has committed; null: it goes on where it stopped. */
  readonly resetTo: LogPlace | null;
  readonly where: Expression | null;
  readonly select: Expression | null;
  readonly createConsumer: (options: ConsumerOptions) => Consumer;
  readonly producer: Producer;
  readonly deadLetterMaxBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
  readonly onAssigned?: ConsumerOptions['onAssigned'];
}

interface NextAttempt {
  readonly attempt: number;
  readonly afterMs: number;
  readonly signal: AbortSignal;
}

/** Reads a topic beside the stages, in a group of its own, and hands what passes its filters to a sink. */
export class TapWorker {
  readonly #parts: TapWorkerParts;
  readonly #consumer: Consumer;
  readonly #rate: RateLimit;

  constructor(parts: TapWorkerParts) {
    this.#parts = parts;
    this.#rate = new RateLimit(parts.plan.rate, parts.clock);
    this.#consumer = parts.createConsumer({
      groupId: parts.plan.group,
      topics: [parts.plan.on],
      startAt: parts.resetTo === 'latest' ? 'latest' : 'earliest',
      ...(parts.resetTo !== null && { resetTo: parts.resetTo }),
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      minBytes: 1,
      maxWaitMs: 250,
      partitionsConcurrently: 1,
      onBatch: (batch, context) => this.#writeBatch(batch, context),
      ...(parts.onAssigned && { onAssigned: parts.onAssigned }),
      onLost: ({ count, topic, partition }) => {
        parts.metrics.lost.inc(Number(count));
        parts.log.warn(
          { topic, partition },
          `retention deleted ${count} records of ${topic}-${partition} before tap "${parts.plan.name}" read them`,
        );
      },
    });
  }

  start(): Promise<void> {
    return this.#consumer.start();
  }

  get done(): Promise<void> {
    return this.#consumer.done;
  }

  async stop(): Promise<void> {
    await this.#consumer.stop();
    await this.#parts.sink.close?.();
    await this.#parts.producer.close();
  }

  async #writeBatch(batch: PartitionBatch, context: BatchContext): Promise<void> {
    this.#parts.metrics.recordsIn.inc(batch.records.length);
    const unwritten = await this.#writeRecords(batch.records, context.signal);
    await context.commit(unwritten ?? batch.nextOffset); // what was written before it is not written again
  }

  /** Offset of the first record that was not dealt with before the tap ended; null where all were. */
  async #writeRecords(records: readonly ConsumerRecord[], signal: AbortSignal): Promise<bigint | null> {
    const { plan, sink } = this.#parts;
    const isTogether = records.length > 1 && sink.writeAll !== undefined && plan.rate === null;
    if (!isTogether) {
      for (const record of records) if (!(await this.#writeWithRetries(record, signal))) return record.offset;
      return null;
    }
    if (await this.#writeTogether(records, signal)) return null;
    const half = Math.ceil(records.length / 2);
    return (
      (await this.#writeRecords(records.slice(0, half), signal)) ?? this.#writeRecords(records.slice(half), signal)
    );
  }

  /** False where one of them cannot be written, or the tap ended. */
  async #writeTogether(records: readonly ConsumerRecord[], signal: AbortSignal): Promise<boolean> {
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await this.#writeAll(records);
        return true;
      } catch (error) {
        const reaction = reactTo(error, attempt, this.#parts.plan.onError);
        if (!(error instanceof OutsideAwayError) || reaction.do !== 'retry') return false;
        await this.#wait(error, { attempt, afterMs: reaction.afterMs, signal });
      }
    }
    return false;
  }

  /** False when the tap ended before the record was dealt with. */
  async #writeWithRetries(record: ConsumerRecord, signal: AbortSignal): Promise<boolean> {
    const { plan, metrics } = this.#parts;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await this.#write(record);
        return true;
      } catch (error) {
        const reaction = reactTo(error, attempt, plan.onError);
        if (reaction.do === 'fail') throw this.#stopped(record, error);
        if (reaction.do === 'skip') metrics.skipped.inc();
        if (reaction.do === 'deadLetter') await this.#deadLetter(record, { error, attempts: attempt });
        if (reaction.do !== 'retry') return true;
        await this.#wait(error, { attempt, afterMs: reaction.afterMs, signal });
      }
    }
    return false;
  }

  async #wait(error: unknown, { attempt, afterMs, signal }: NextAttempt): Promise<void> {
    const { plan, clock, metrics, log } = this.#parts;
    metrics.retries.inc();
    log.warn({ tap: plan.name, attempt }, `${messageOf(error)}; trying again in ${afterMs} ms`);
    await clock.sleep(afterMs, signal);
  }

  async #write(record: ConsumerRecord): Promise<void> {
    const startedAt = performance.now();
    const passed = await this.#passed(record);
    if (passed === null) return;
    await this.#parts.sink.write(passed);
    this.#count(record, performance.now() - startedAt);
  }

  async #writeAll(records: readonly ConsumerRecord[]): Promise<void> {
    const startedAt = performance.now();
    const passed: SinkRecord[] = [];
    for (const record of records) {
      const one = await this.#passed(record);
      if (one) passed.push(one);
    }
    if (passed.length > 0) await this.#parts.sink.writeAll?.(passed);
    const eachMs = (performance.now() - startedAt) / passed.length;
    for (const record of passed) this.#count(record, eachMs);
  }

  /** What the sink is handed of a record; null where the tap lets it not pass. */
  async #passed(record: ConsumerRecord): Promise<SinkRecord | null> {
    const { plan, where, select } = this.#parts;
    if (isForAnother(record, plan.group) || !isSampled(record, plan.sample)) return null;
    if (where && !(await where.matches(record))) return null;
    if (!this.#rate.allows()) return null;
    const passed = withoutTarget(record); // a sink that writes to a topic passes headers on
    return select ? { ...passed, selected: await select.evaluate(record) } : passed;
  }

  #count(record: ConsumerRecord, ms: number): void {
    const { metrics, clock } = this.#parts;
    metrics.processMs.observe(ms);
    metrics.recordsOut.inc();
    metrics.bytesOut.inc(record.value?.length ?? 0);
    const captured = headerText(record.headers, 'ce_time');
    metrics.ageMs.observe(
      Math.max(0, clock.nowMs() - (captured === undefined ? record.timestampMs : Date.parse(captured))),
    );
  }

  async #deadLetter(record: ConsumerRecord, { error, attempts }: { error: unknown; attempts: number }): Promise<void> {
    const { plan, clock, log, metrics, producer, deadLetterMaxBytes } = this.#parts;
    const code = codeOf(error);
    const { topic, partition, offset } = record;
    log.error(
      { topic, partition, offset: String(offset), code },
      `${code} tap=${plan.name} topic=${topic} partition=${partition} offset=${offset}: ${messageOf(error)}; sent to ${plan.deadLetterTopic}`,
    );
    const letter = { record, stage: plan.name, processor: plan.sink, attempts, error, extra: { group: plan.group } };
    const target = { topic: plan.deadLetterTopic, maxMessageBytes: deadLetterMaxBytes };
    await producer.send([deadLetterRecord(letter, target, clock.nowMs())]);
    metrics.deadLetters.inc();
  }

  #stopped({ topic, partition, offset }: ConsumerRecord, cause: unknown): FatalError {
    return new FatalError(
      'PROCESSING_STOPPED',
      `tap "${this.#parts.plan.name}" could not write ${topic}-${partition}@${offset}: ${messageOf(cause)}; ` +
        'it stops as its onError says (set then: deadLetter to go on)',
      { where: { topic, partition, offset }, cause },
    );
  }
}
