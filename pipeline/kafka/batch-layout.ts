import type { Headers } from '../ports/record.ts';
import { lengthAndText } from './byte-writer.ts';
import { BATCH_OVERHEAD_BYTES, isList, varIntBytes } from './record-size.ts';

/** From this size on a buffer is kept by reference instead of copied. */
const KEPT_BYTES = 16 * 1024;

/** A key, a value or the value of a header. */
export type Field = Buffer | string | null | undefined;

/** A record as kafkajs is given it. */
export interface BatchMessage {
  readonly key?: Field;
  readonly value: Field;
  readonly headers?: Headers | undefined;
  /** Milliseconds since 1970 UTC; now where it is left out. */
  readonly timestamp?: number | string | undefined;
}

/** How long everything in a batch of records is, found before it is written, once, and in the same order. */
export class BatchLayout {
  /** Of the whole batch. */
  bytes = BATCH_OVERHEAD_BYTES;
  /** Of the buffers that are not copied. */
  keptBytes = 0;
  firstTimestamp = Infinity;
  maxTimestamp = -Infinity;
  readonly #timestamps: readonly number[];
  readonly #names = new Map<string, Buffer>();
  readonly #lengths: number[] = [];
  #taken = 0;

  constructor(messages: readonly BatchMessage[]) {
    const now = Date.now();
    this.#timestamps = messages.map(({ timestamp }) => (timestamp === undefined ? now : Number(timestamp)));
    for (const timestamp of this.#timestamps) {
      this.firstTimestamp = Math.min(this.firstTimestamp, timestamp);
      this.maxTimestamp = Math.max(this.maxTimestamp, timestamp);
    }
    for (const [index, message] of messages.entries()) this.bytes += this.#record(message, index);
  }

  /** The next length: of a record, then of each of its fields that is there; the count of headers stands before these. */
  take(): number {
    return this.#lengths[this.#taken++] ?? 0;
  }

  timestampDelta(index: number): number {
    return (this.#timestamps[index] ?? 0) - this.firstTimestamp;
  }

  /** The name of a header with its length in front. */
  name(name: string): Buffer {
    let bytes = this.#names.get(name);
    if (!bytes) this.#names.set(name, (bytes = lengthAndText(name)));
    return bytes;
  }

  #record({ key, value, headers }: BatchMessage, index: number): number {
    const place = this.#lengths.push(0) - 1;
    const attributesAndDeltas = 1 + varIntBytes(this.timestampDelta(index)) + varIntBytes(index);
    const length = attributesAndDeltas + this.#field(key) + this.#field(value) + this.#headers(headers);
    this.#lengths[place] = length;
    return varIntBytes(length) + length;
  }

  #headers(headers: Headers = {}): number {
    const place = this.#lengths.push(0) - 1;
    let bytes = 0;
    let count = 0;
    for (const name of Object.keys(headers)) {
      const value = headers[name];
      if (value === undefined) continue;
      const values = isList(value) ? value.length : 1;
      count += values;
      bytes += values * this.name(name).length;
      if (isList(value)) for (const one of value) bytes += this.#field(one);
      else bytes += this.#field(value);
    }
    this.#lengths[place] = count;
    return varIntBytes(count) + bytes;
  }

  #field(field: Field): number {
    if (field === null || field === undefined) return 1;
    const length = typeof field === 'string' ? Buffer.byteLength(field) : field.length;
    this.#lengths.push(length);
    if (isKept(field)) this.keptBytes += length;
    return varIntBytes(length) + length;
  }
}

/** Whether a field is not copied. */
export function isKept(field: Buffer | string): field is Buffer {
  return typeof field !== 'string' && field.length >= KEPT_BYTES;
}
