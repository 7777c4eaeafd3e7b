import { randomUUID } from 'node:crypto';
import { messageOf } from '../errors/pipeline-error.ts';
import { cloudEventHeaders } from '../frame/cloud-event.ts';
import { readFrameMeta } from '../frame/frame.ts';
import type { FrameMeta } from '../frame/frame-meta.ts';
import type { Admin } from '../ports/admin.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Producer } from '../ports/producer.ts';
import type { Headers, ProducerRecord } from '../ports/record.ts';
import type { SourceContext, SourceDefinition, SourceRecord } from '../ports/source.ts';
import type { WorkerMetrics } from '../metrics/worker-metrics.ts';
import { codeOf, deadLetterRecord } from '../task/dead-letter.ts';
import { addDrop, withDrops, type DropCount } from '../task/drop-count.ts';
import type { SourcePlan } from '../topology/plan.ts';
import { Outbox } from './outbox.ts';
import { UnderWayLimit, type GroupInput } from './under-way.ts';

const SEND_BYTES = 1024 * 1024;

/** What a source worker is made of. */
export interface SourceWorkerParts {
  readonly plan: SourcePlan;
  readonly definition: SourceDefinition;
  readonly producer: Producer;
  readonly admin: Admin;
  /** Groups of the stages after this source. */
  readonly downstream: readonly GroupInput[];
  readonly deadLetterMaxBytes: number;
  readonly baseDirectory: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
}

/**
 * Pulls a source's records into a bounded outbox and writes them in order, acknowledged by all in-sync replicas. A live
 * source is never held back: while the broker is away the oldest records fall out and are counted. Any other source
 * pauses while too many of its records are under way in the stages.
 */
export class SourceWorker {
  readonly #parts: SourceWorkerParts;
  readonly #outbox: Outbox;
  readonly #stopping = new AbortController();
  readonly #session = randomUUID();
  #minted = 0;
  #drops: DropCount = {};
  #running: Promise<void> | null = null;

  constructor(parts: SourceWorkerParts) {
    this.#parts = parts;
    this.#outbox = new Outbox(parts.plan.buffer);
  }

  /** Resolves when a finite source has ended and all its records are acknowledged, or after `stop`; rejects on failure. */
  run(): Promise<void> {
    this.#running ??= this.#pullAndWrite();
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.catch(() => undefined); // `run` has told its caller
    await this.#parts.producer.close();
    await this.#parts.admin.close();
  }

  async #pullAndWrite(): Promise<void> {
    const writing = this.#write().finally(() => this.#stopping.abort());
    const results = await Promise.allSettled([this.#pull(), writing]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  async #pull(): Promise<void> {
    const { plan, definition, metrics } = this.#parts;
    const { signal } = this.#stopping;
    const underWay = plan.live ? null : this.#underWayLimit();
    try {
      for await (const record of definition.records(plan.options, this.#context())) {
        metrics.recordsIn.inc();
        await underWay?.admitOne(signal, () => this.#settled());
        while (!plan.live && this.#outbox.isFull && !signal.aborted) await this.#outbox.changed();
        if (signal.aborted) break;
        for (const fallen of this.#outbox.push(record)) this.#countFallen(fallen);
      }
    } finally {
      this.#outbox.close();
    }
  }

  async #write(): Promise<void> {
    const { producer, metrics } = this.#parts;
    while (!this.#outbox.isDrained) {
      if (this.#outbox.isEmpty) {
        await this.#outbox.changed();
        continue;
      }
      const taken = this.#outbox.take(SEND_BYTES);
      const records = await Promise.all(taken.map((record) => this.#producerRecord(record)));
      await producer.send(records);
      this.#outbox.acknowledge(taken);
      metrics.recordsOut.inc(records.length);
      metrics.bytesOut.inc(records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0));
    }
  }

  async #settled(): Promise<void> {
    while (!this.#outbox.isSettled && !this.#stopping.signal.aborted) await this.#outbox.changed();
  }

  #underWayLimit(): UnderWayLimit {
    const { admin, downstream, plan, clock } = this.#parts;
    return new UnderWayLimit({ admin, groups: downstream, limit: plan.maxUnderWay, clock });
  }

  async #producerRecord(record: SourceRecord): Promise<ProducerRecord> {
    const { producer, plan } = this.#parts;
    const partition = record.key === null ? 0 : await producer.partitionFor(plan.to, record.key);
    return { ...record, headers: this.#withDrops(this.#withIdentity(record)), topic: plan.to, partition };
  }

  /** A source that mints no identity of its own gets one, unique in this run. */
  #withIdentity({ headers, timestampMs }: SourceRecord): Headers {
    if (headers['ce_specversion'] !== undefined) return headers;
    const { name } = this.#parts.plan;
    const subject = `${name}-${this.#session}-${this.#minted++}`;
    const event = {
      id: `${subject}/${name}`,
      sourceId: name,
      type: 'record',
      timeUs: timestampMs * 1000,
      subject,
    } as const;
    return { ...cloudEventHeaders(event), ...headers };
  }

  #countFallen({ headers }: SourceRecord): void {
    this.#parts.metrics.drop({ BUFFER_FULL: 1 });
    this.#drops = addDrop(
      this.#drops,
      'BUFFER_FULL',
      headers['frame-meta'] ? readFrameMeta(headers).dropped : undefined,
    );
  }

  /** The next frame after a drop tells of it. */
  #withDrops(headers: Headers): Headers {
    if (headers['frame-meta'] === undefined || Object.keys(this.#drops).length === 0) return headers;
    const meta: FrameMeta = withDrops(readFrameMeta(headers), this.#drops);
    this.#drops = {};
    return { ...headers, 'frame-meta': JSON.stringify(meta) };
  }

  #context(): SourceContext {
    const { plan, clock, log, baseDirectory } = this.#parts;
    return {
      name: plan.name,
      log,
      clock,
      baseDirectory,
      signal: this.#stopping.signal,
      deadLetter: (raw, error, headers = {}) => this.#deadLetter(raw, error, headers),
    };
  }

  async #deadLetter(raw: Buffer | string, error: unknown, headers: Headers): Promise<void> {
    const { plan, clock, log, metrics, producer, deadLetterMaxBytes } = this.#parts;
    const code = codeOf(error);
    log.error(
      { source: plan.name, code },
      `${code} source=${plan.name}: ${messageOf(error)}; sent to ${plan.deadLetterTopic}`,
    );
    const letter = {
      record: { key: null, value: raw, headers },
      stage: plan.name,
      processor: plan.type,
      attempts: 1,
      error,
    };
    const topic = { topic: plan.deadLetterTopic, maxMessageBytes: deadLetterMaxBytes };
    await producer.send([deadLetterRecord(letter, topic, clock.nowMs())]);
    metrics.deadLetters.inc();
  }
}
