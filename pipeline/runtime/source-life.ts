import { messageOf } from '../errors/pipeline-error.ts';
import type { Admin } from '../ports/admin.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Producer } from '../ports/producer.ts';
import type { ProducerRecord } from '../ports/record.ts';
import type { SourceContext, SourceDefinition, SourcePosition, SourceRecord } from '../ports/source.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import { codeOf } from '../task/dead-letter.ts';
import type { SourcePlan } from '../topology/plan.ts';
import { Outbox } from './outbox.ts';
import type { SourceDelivery } from './source-delivery.ts';
import type { SourceFailure, SourceRecords } from './source-records.ts';
import { UnderWayLimit, type GroupInput } from './under-way.ts';

const SEND_BYTES = 1024 * 1024;

export interface SourceLifeParts {
  readonly plan: SourcePlan;
  /** Name of the topology. */
  readonly topology: string;
  readonly definition: SourceDefinition;
  readonly delivery: SourceDelivery;
  readonly records: SourceRecords;
  readonly producer: Producer;
  readonly admin: Admin;
  /** Groups of the stages after this source. */
  readonly downstream: readonly GroupInput[];
  readonly baseDirectory: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
  readonly announce: (address: string) => void;
}

/** What is written together: a record or none, the dead letters before it, and how far the source has read then. */
interface Outgoing {
  readonly record: SourceRecord | null;
  readonly deadLetters: readonly ProducerRecord[];
  readonly position: SourcePosition | undefined;
  readonly bytes: number;
}

/** A source from its stored positions on: it pulls records into a bounded outbox and writes them in order. */
export class SourceLife {
  readonly #parts: SourceLifeParts;
  readonly #outbox: Outbox<Outgoing>;
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  #deadLetters: ProducerRecord[] = [];

  /** `stopping` aborts when it shall end in order. */
  constructor(parts: SourceLifeParts, stopping: AbortSignal) {
    this.#parts = parts;
    this.#outbox = new Outbox(parts.plan.buffer);
    this.#signal = AbortSignal.any([stopping, this.#ending.signal]);
  }

  /**
   * Resolves when the source has ended and all it made is acknowledged.
   * @throws TransactionLost where the next life has to begin.
   */
  async run(): Promise<void> {
    const positions = await this.#parts.delivery.begin(this.#signal);
    if (this.#signal.aborted) return;
    const writing = this.#write().finally(() => {
      this.#ending.abort();
      this.#outbox.close(); // whoever waits for room waits in vain
    });
    const [written, pulled] = await Promise.allSettled([writing, this.#pull(positions)]);
    if (written.status === 'rejected') throw written.reason;
    if (pulled.status === 'rejected') throw pulled.reason;
  }

  async #pull(positions: ReadonlyMap<string, unknown>): Promise<void> {
    const { plan, definition, metrics } = this.#parts;
    const underWay = plan.live ? null : this.#underWayLimit();
    try {
      for await (const record of definition.records(plan.options, this.#context(positions))) {
        metrics.recordsIn.inc();
        await underWay?.admitOne(this.#signal, () => this.#settled());
        if (await this.#handOver(record, record.position)) continue;
        record.settled?.(false);
        break;
      }
      if (this.#deadLetters.length > 0) await this.#handOver(null, undefined);
    } finally {
      this.#outbox.close();
    }
  }

  /** False when it is too late. */
  async #handOver(record: SourceRecord | null, position: SourcePosition | undefined): Promise<boolean> {
    const { plan, metrics, records } = this.#parts;
    while (!plan.live && this.#outbox.isFull && !this.#signal.aborted) await this.#outbox.changed();
    if (this.#signal.aborted) return false;
    const deadLetters = this.#deadLetters;
    this.#deadLetters = [];
    const bytes = [record, ...deadLetters].reduce((sum, one) => sum + valueBytes(one), 0);
    for (const fallen of this.#outbox.push({ record, deadLetters, position, bytes })) {
      metrics.drop({ BUFFER_FULL: 1 });
      if (fallen.record) records.dropped(fallen.record);
      fallen.record?.settled?.(false);
    }
    return true;
  }

  async #write(): Promise<void> {
    while (!this.#outbox.isDrained) {
      if (this.#outbox.isEmpty) {
        await this.#outbox.changed();
        continue;
      }
      const taken = this.#outbox.take(SEND_BYTES);
      await this.#writeTaken(taken);
      this.#outbox.acknowledge(taken);
    }
  }

  async #writeTaken(taken: readonly Outgoing[]): Promise<void> {
    const { delivery, records, metrics } = this.#parts;
    const made = await Promise.all(taken.flatMap(({ record }) => (record ? records.of(record) : [])));
    const deadLetters = taken.flatMap((outgoing) => outgoing.deadLetters);
    const positions = taken.flatMap(({ position }) => position ?? []);
    await delivery.write([...deadLetters, ...made], positions);
    metrics.recordsOut.inc(made.length);
    metrics.bytesOut.inc(made.reduce((sum, record) => sum + valueBytes(record), 0));
    metrics.deadLetters.inc(deadLetters.length);
    for (const { record } of taken) record?.settled?.(true);
  }

  async #settled(): Promise<void> {
    while (!this.#outbox.isSettled && !this.#signal.aborted) await this.#outbox.changed();
  }

  #underWayLimit(): UnderWayLimit {
    const { admin, downstream, plan, clock } = this.#parts;
    return new UnderWayLimit({ admin, groups: downstream, limit: plan.maxUnderWay, clock });
  }

  #context(positions: ReadonlyMap<string, unknown>): SourceContext {
    const { plan, topology, clock, log, baseDirectory, announce } = this.#parts;
    return {
      name: plan.name,
      topology,
      log,
      clock,
      baseDirectory,
      announce,
      signal: this.#signal,
      positions,
      advance: async (position) => {
        await this.#handOver(null, position);
      },
      deadLetter: (raw, error, headers = {}) => this.#deadLetter({ raw, error, headers }),
    };
  }

  /** With positions it waits for the next thing of the source, so that both are written or neither. */
  async #deadLetter(failure: SourceFailure): Promise<void> {
    const { plan, log, metrics, producer, records } = this.#parts;
    const code = codeOf(failure.error);
    const sentence = `${code} source=${plan.name}: ${messageOf(failure.error)}; sent to ${plan.deadLetterTopic}`;
    log.error({ source: plan.name, code }, sentence);
    const record = records.deadLetter(failure);
    if (plan.positions) {
      this.#deadLetters.push(record);
      return;
    }
    await producer.send([record]);
    metrics.deadLetters.inc();
  }
}

function valueBytes(record: { readonly value: Buffer | string | null } | null): number {
  return record?.value ? Buffer.byteLength(record.value) : 0;
}
