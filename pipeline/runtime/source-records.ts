import { randomUUID } from 'node:crypto';
import { sourceRecordHeaders } from '../frame/cloud-event.ts';
import { readFrameMeta } from '../frame/frame.ts';
import type { FrameMeta } from '../frame/frame-meta.ts';
import type { Clock } from '../ports/clock.ts';
import type { Producer } from '../ports/producer.ts';
import type { Headers, ProducerRecord } from '../ports/record.ts';
import type { SourceRecord } from '../ports/source.ts';
import { deadLetterRecord } from '../task/dead-letter.ts';
import { addDrop, withDrops, type DropCount } from '../task/drop-count.ts';
import type { SourcePlan } from '../topology/plan.ts';

interface SourceRecordsParts {
  readonly plan: SourcePlan;
  readonly producer: Pick<Producer, 'partitionFor'>;
  readonly deadLetterMaxBytes: number;
  readonly clock: Clock;
}

/** What could not become a record. */
export interface SourceFailure {
  readonly raw: Buffer | string;
  readonly error: unknown;
  readonly headers: Headers;
}

/** What a source makes, as it is written. */
export class SourceRecords {
  readonly #parts: SourceRecordsParts;
  readonly #session = randomUUID();
  #minted = 0;
  #drops: DropCount = {};

  constructor(parts: SourceRecordsParts) {
    this.#parts = parts;
  }

  async of({ key, value, headers, timestampMs }: SourceRecord): Promise<ProducerRecord> {
    const { producer, plan } = this.#parts;
    const partition = key === null ? 0 : await producer.partitionFor(plan.to, key);
    const told = this.#withDrops(this.#withIdentity(headers, timestampMs));
    return { topic: plan.to, partition, key, value, headers: told, timestampMs };
  }

  deadLetter({ raw, error, headers }: SourceFailure): ProducerRecord {
    const { plan, clock, deadLetterMaxBytes } = this.#parts;
    const record = { key: null, value: raw, headers };
    const letter = { record, stage: plan.name, processor: plan.type, attempts: 1, error };
    const topic = { topic: plan.deadLetterTopic, maxMessageBytes: deadLetterMaxBytes };
    return deadLetterRecord(letter, topic, clock.nowMs());
  }

  /** A record that is never written: the next frame tells of it. */
  dropped({ headers }: SourceRecord): void {
    const before = headers['frame-meta'] ? readFrameMeta(headers).dropped : undefined;
    this.#drops = addDrop(this.#drops, 'BUFFER_FULL', before);
  }

  /** A source that mints no identity of its own gets one, unique in this run. */
  #withIdentity(headers: Headers, timestampMs: number): Headers {
    if (headers['ce_specversion'] !== undefined) return headers;
    const { name } = this.#parts.plan;
    const subject = `${name}-${this.#session}-${this.#minted++}`;
    return { ...sourceRecordHeaders(name, subject, timestampMs), ...headers };
  }

  #withDrops(headers: Headers): Headers {
    if (headers['frame-meta'] === undefined || Object.keys(this.#drops).length === 0) return headers;
    const meta: FrameMeta = withDrops(readFrameMeta(headers), this.#drops);
    this.#drops = {};
    return { ...headers, 'frame-meta': JSON.stringify(meta) };
  }
}
