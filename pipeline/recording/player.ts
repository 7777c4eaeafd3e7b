import type { Clock } from '../ports/clock.ts';
import type { Producer } from '../ports/producer.ts';
import type { ConsumerRecord, ProducerRecord } from '../ports/record.ts';

const BATCH_RECORDS = 500;
const BATCH_BYTES = 1024 * 1024;

/** How records are played. */
export interface PlayerParts {
  readonly topic: string;
  /** So many times as fast as they came; Infinity: as fast as it goes. */
  readonly speed: number;
  /** Stamped with the time they are played at, not with their own. */
  readonly stampNow: boolean;
  /** At most so many. */
  readonly limit: number;
  readonly producer: Pick<Producer, 'send'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Writes records to a topic with the gaps they came in; keys, values, headers and partitions stay. */
export class Player {
  readonly #parts: PlayerParts;
  #pending: ProducerRecord[] = [];
  #pendingBytes = 0;
  #begin: { readonly timestampMs: number; readonly playedMs: number } | null = null;
  written = 0;
  /** How far behind its time a record was written, at the worst. */
  latestMs = 0;

  constructor(parts: PlayerParts) {
    this.#parts = parts;
  }

  /** Ends with the records, at the limit, or when `signal` aborts; what was taken up is written. */
  async play(records: AsyncIterable<ConsumerRecord>): Promise<void> {
    let taken = 0;
    for await (const record of records) {
      if (taken >= this.#parts.limit) break;
      const dueMs = this.#dueOf(record);
      await this.#await(dueMs);
      if (this.#parts.signal.aborted) break;
      await this.#take(record, dueMs);
      taken++;
    }
    await this.#flush();
  }

  #dueOf({ timestampMs }: ConsumerRecord): number {
    const { clock, speed } = this.#parts;
    if (speed === Infinity) return clock.nowMs();
    this.#begin ??= { timestampMs, playedMs: clock.nowMs() };
    return this.#begin.playedMs + (timestampMs - this.#begin.timestampMs) / speed;
  }

  async #await(dueMs: number): Promise<void> {
    const { clock, signal } = this.#parts;
    if (dueMs > clock.nowMs()) await this.#flush();
    const waitMs = dueMs - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    else this.latestMs = Math.max(this.latestMs, -waitMs);
  }

  async #take({ partition, key, value, headers, timestampMs }: ConsumerRecord, dueMs: number): Promise<void> {
    const { topic, stampNow } = this.#parts;
    const stampMs = stampNow ? Math.round(dueMs) : timestampMs;
    this.#pending.push({ topic, partition, key, value, headers, timestampMs: stampMs });
    this.#pendingBytes += value?.length ?? 0;
    if (this.#pending.length >= BATCH_RECORDS || this.#pendingBytes >= BATCH_BYTES) await this.#flush();
  }

  async #flush(): Promise<void> {
    const records = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    if (records.length === 0) return;
    await this.#parts.producer.send(records);
    this.written += records.length;
  }
}
