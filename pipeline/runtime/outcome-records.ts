import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Producer } from '../ports/producer.ts';
import type { ConsumerRecord, ProducerRecord } from '../ports/record.ts';
import { FatalError, messageOf } from '../errors/pipeline-error.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import { codeOf, deadLetterRecord } from '../task/dead-letter.ts';
import type { Admitted } from '../task/freshness-gate.ts';
import { withoutTarget } from '../task/redrive.ts';
import { resolveOutputs, type OutputRules, type ResolvedOutput } from '../task/resolve-output.ts';
import type { StagePlan } from '../topology/plan.ts';
import type { GaveUp, Outcome } from './record-attempts.ts';

export interface OutcomeRecordsParts {
  readonly plan: StagePlan;
  readonly worker: string;
  readonly producer: Pick<Producer, 'partitionFor' | 'partitionsOf'>;
  readonly deadLetterMaxBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
}

/** A record and what became of it. */
export interface Finished {
  readonly admitted: Admitted;
  readonly outcome: Outcome;
  /** When the stage took it up, microseconds since 1970 UTC. */
  readonly inUs: number;
}

/** A record to be written, and what it came of. */
export interface OutcomeRecord {
  readonly record: ProducerRecord;
  readonly finished: Finished;
}

/** What is to be written of a chunk: outputs for their topics, failures for the dead letters, in the order of the inputs. */
export class OutcomeRecords {
  readonly #parts: OutcomeRecordsParts;
  readonly #rules: OutputRules;

  constructor(parts: OutcomeRecordsParts) {
    this.#parts = parts;
    const { name, to, from } = parts.plan;
    this.#rules = { stage: name, to, worker: parts.worker, fanIn: from.length > 1 };
  }

  /**
   * What is to be written; or the first record, as failed, of which nothing can be made.
   * @throws FatalError OUTPUT_UNKNOWN
   */
  async of(finished: readonly Finished[]): Promise<readonly OutcomeRecord[] | { readonly failed: Finished }> {
    const records: OutcomeRecord[] = [];
    const outUs = this.#parts.clock.nowUs();
    const counts = new Map<string, number>(); // of partitions, by topic: asked once for all of these records
    for (const entry of finished) {
      const { admitted, outcome } = entry;
      if (isDeadLetter(outcome)) records.push({ record: this.#deadLetter(admitted, outcome), finished: entry });
      if (outcome.state !== 'done') continue;
      const input = withoutTarget(admitted.record);
      const passage = { inUs: entry.inUs, outUs };
      const resolved = this.#resolved(input, { outputs: outcome.outputs, passage });
      if ('error' in resolved) return { failed: { ...entry, outcome: this.#failure(resolved.error) } };
      for (const output of resolved) {
        const chosen = this.#partitionOf(output, admitted.record, counts);
        const partition = typeof chosen === 'number' ? chosen : await chosen; // waiting for nothing costs most of a pass
        const { topic, key, value, headers, timestampMs } = output;
        records.push({ record: { topic, partition, key, value, headers, timestampMs }, finished: entry });
      }
    }
    return records;
  }

  #resolved(
    input: ConsumerRecord,
    made: Parameters<typeof resolveOutputs>[1],
  ): readonly ResolvedOutput[] | { readonly error: unknown } {
    try {
      return resolveOutputs(input, made, this.#rules);
    } catch (error) {
      if (error instanceof FatalError) throw error;
      return { error };
    }
  }

  #failure(error: unknown): GaveUp {
    return { state: 'gaveUp', then: this.#parts.plan.onError.then, error, attempts: 1 };
  }

  /** Counts and tells what was written of a chunk; bytes of its outputs. */
  tell(written: readonly OutcomeRecord[], finished: readonly Finished[]): number {
    const { metrics, plan } = this.#parts;
    const outputs = written.filter(({ record }) => record.topic !== plan.deadLetterTopic);
    const bytes = outputs.reduce((sum, { record }) => sum + (record.value?.length ?? 0), 0);
    metrics.recordsOut.inc(outputs.length);
    metrics.bytesOut.inc(bytes);
    for (const { admitted, outcome } of finished) {
      if (outcome.state !== 'gaveUp') continue;
      if (outcome.then === 'skip') metrics.skipped.inc();
      if (!isDeadLetter(outcome)) continue;
      metrics.deadLetters.inc();
      this.#logDeadLetter(admitted, outcome);
    }
    return bytes;
  }

  /** By key, as any Kafka client chooses; without a key the input's partition number decides, which keeps its order. */
  #partitionOf(
    { topic, key }: ResolvedOutput,
    input: ConsumerRecord,
    counts: Map<string, number>,
  ): number | Promise<number> {
    if (key !== null) return this.#parts.producer.partitionFor(topic, key);
    const count = counts.get(topic);
    return count === undefined ? this.#spread(topic, input, counts) : input.partition % count;
  }

  async #spread(topic: string, { partition }: ConsumerRecord, counts: Map<string, number>): Promise<number> {
    const count = await this.#parts.producer.partitionsOf(topic);
    counts.set(topic, count);
    return partition % count;
  }

  #deadLetter({ original, drops }: Admitted, { error, attempts }: GaveUp): ProducerRecord {
    const { plan, clock, deadLetterMaxBytes } = this.#parts;
    const extra: Readonly<Record<string, string>> =
      Object.keys(drops).length > 0 ? { dropped: JSON.stringify(drops) } : {};
    return deadLetterRecord(
      { record: original, stage: plan.name, processor: plan.process, attempts, error, extra },
      { topic: plan.deadLetterTopic, maxMessageBytes: deadLetterMaxBytes },
      clock.nowMs(),
    );
  }

  #logDeadLetter({ original: { topic, partition, offset } }: Admitted, { error, attempts }: GaveUp): void {
    const { plan, log } = this.#parts;
    log.error(
      { topic, partition, offset: String(offset), code: codeOf(error), attempts },
      `${codeOf(error)} stage=${plan.name} processor=${plan.process} topic=${topic} partition=${partition} offset=${offset}: ` +
        `${messageOf(error)}; sent to ${plan.deadLetterTopic}`,
    );
  }
}

function isDeadLetter(outcome: Outcome): outcome is GaveUp {
  return outcome.state === 'gaveUp' && outcome.then === 'deadLetter';
}
