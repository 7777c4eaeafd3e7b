import { PipelineError, messageOf } from '../errors/pipeline-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Producer } from '../ports/producer.ts';
import type { ConsumerRecord, ProducerRecord } from '../ports/record.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import { codeOf, deadLetterRecord } from '../task/dead-letter.ts';
import type { Admitted } from '../task/freshness-gate.ts';
import { resolveOutputs, type OutputRules, type Passage, type ResolvedOutput } from '../task/resolve-output.ts';
import type { StagePlan } from '../topology/plan.ts';
import type { Outcome } from './record-attempts.ts';

export interface RecordWriterParts {
  readonly plan: StagePlan;
  readonly worker: string;
  readonly producer: Producer;
  readonly deadLetterMaxBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
}

/** A record and what became of it. */
export interface Finished {
  readonly admitted: Admitted;
  readonly outcome: Outcome;
}

/** Writes what became of a chunk: outputs to their topics, failures to the dead letters, in the order of the inputs. */
export class RecordWriter {
  readonly #parts: RecordWriterParts;
  readonly #rules: OutputRules;

  constructor(parts: RecordWriterParts) {
    this.#parts = parts;
    const { name, to, from } = parts.plan;
    this.#rules = { stage: name, to, worker: parts.worker, fanIn: from.length > 1 };
  }

  /**
   * Resolves with the bytes of the outputs when everything is acknowledged. An output that can never be written makes its
   * input a dead letter.
   */
  async write(finished: readonly Finished[], passage: Passage): Promise<number> {
    let pending = finished;
    for (;;) {
      const written = await this.#recordsOf(pending, passage);
      try {
        await this.#parts.producer.send(written.map(({ record }) => record));
        return this.#count(written, pending);
      } catch (error) {
        const culprit = written[unwritable(error)]?.finished;
        if (!culprit || culprit.outcome.state !== 'done') throw error;
        pending = pending.map((entry) => (entry === culprit ? rejected(entry, error) : entry));
      }
    }
  }

  async #recordsOf(
    finished: readonly Finished[],
    passage: Passage,
  ): Promise<{ record: ProducerRecord; finished: Finished }[]> {
    const records: { record: ProducerRecord; finished: Finished }[] = [];
    for (const entry of finished) {
      const { admitted, outcome } = entry;
      if (outcome.state === 'gaveUp' && outcome.then === 'deadLetter') {
        records.push({ record: this.#deadLetter(admitted, outcome), finished: entry });
      }
      if (outcome.state !== 'done') continue;
      for (const output of resolveOutputs(admitted.record, { outputs: outcome.outputs, passage }, this.#rules)) {
        records.push({
          record: { ...output, partition: await this.#partitionOf(output, admitted.record) },
          finished: entry,
        });
      }
    }
    return records;
  }

  /** By key, as any Kafka client chooses; without a key the input's partition number decides, which keeps its order. */
  async #partitionOf({ topic, key }: ResolvedOutput, input: ConsumerRecord): Promise<number> {
    const { producer } = this.#parts;
    return key === null ? input.partition % (await producer.partitionsOf(topic)) : producer.partitionFor(topic, key);
  }

  #deadLetter(
    { original, drops }: Admitted,
    { error, attempts }: Extract<Outcome, { state: 'gaveUp' }>,
  ): ProducerRecord {
    const { plan, clock, log, deadLetterMaxBytes } = this.#parts;
    const { topic, partition, offset } = original;
    log.error(
      { topic, partition, offset: String(offset), code: codeOf(error), attempts },
      `${codeOf(error)} stage=${plan.name} processor=${plan.process} topic=${topic} partition=${partition} offset=${offset}: ` +
        `${messageOf(error)}; sent to ${plan.deadLetterTopic}`,
    );
    const extra: Readonly<Record<string, string>> =
      Object.keys(drops).length > 0 ? { dropped: JSON.stringify(drops) } : {};
    const letter = { record: original, stage: plan.name, processor: plan.process, attempts, error, extra };
    return deadLetterRecord(
      letter,
      { topic: plan.deadLetterTopic, maxMessageBytes: deadLetterMaxBytes },
      clock.nowMs(),
    );
  }

  #count(written: readonly { record: ProducerRecord }[], finished: readonly Finished[]): number {
    const { metrics, plan } = this.#parts;
    const outputs = written.filter(({ record }) => record.topic !== plan.deadLetterTopic);
    metrics.recordsOut.inc(outputs.length);
    const bytes = outputs.reduce((sum, { record }) => sum + (record.value?.length ?? 0), 0);
    metrics.bytesOut.inc(bytes);
    metrics.deadLetters.inc(written.length - outputs.length);
    metrics.skipped.inc(finished.filter(({ outcome }) => outcome.state === 'gaveUp' && outcome.then === 'skip').length);
    return bytes;
  }
}

/** Index of the record that can never be written, or -1 where the error is of another kind. */
function unwritable(error: unknown): number {
  if (!(error instanceof PipelineError) || error.retriable || !('record' in error)) return -1;
  return typeof error.record === 'number' ? error.record : -1;
}

function rejected({ admitted }: Finished, error: unknown): Finished {
  return { admitted, outcome: { state: 'gaveUp', then: 'deadLetter', error, attempts: 1 } };
}
