import { crc32c } from '@node-rs/crc32';
import type { Headers } from '../ports/record.ts';
import { BatchLayout, isKept, type BatchMessage, type Field } from './batch-layout.ts';
import { ByteWriter } from './byte-writer.ts';
import { isList } from './record-size.ts';

const MAGIC = 2;
const TRANSACTIONAL = 16;
/** The length of a batch does not count the first offset nor itself. */
const UNCOUNTED_BYTES = 12;
const CHECKSUM_AT = 17;
const CHECKED_FROM = 21;

/** Who writes a batch, and its place in the sequence of its partition. */
export interface BatchProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly transactional: boolean;
}

/**
 * Record batch of format 2 (https://kafka.apache.org/documentation/#recordbatch), uncompressed, in pieces: all that is
 * small in buffers of its size, large fields by reference.
 */
export function recordBatch(messages: readonly BatchMessage[], producer: BatchProducer): readonly Buffer[] {
  const layout = new BatchLayout(messages);
  const writer = new ByteWriter(layout.bytes - layout.keptBytes);
  writer.int64(0n); // the broker gives the offsets
  writer.int32(layout.bytes - UNCOUNTED_BYTES);
  writer.int32(0); // leader epoch, the broker's too
  writer.int8(MAGIC);
  writer.int32(0); // the checksum, when all is written
  writer.int16(producer.transactional ? TRANSACTIONAL : 0);
  writer.int32(messages.length - 1);
  writer.int64(BigInt(layout.firstTimestamp));
  writer.int64(BigInt(layout.maxTimestamp));
  writer.int64(producer.producerId);
  writer.int16(producer.producerEpoch);
  writer.int32(producer.firstSequence);
  writer.int32(messages.length);
  const records = new RecordWriter(layout, writer);
  for (const [index, message] of messages.entries()) records.record(message, index);
  return withChecksum(writer.end());
}

/** Writes records into the buffer of a batch. */
class RecordWriter {
  readonly #layout: BatchLayout;
  readonly #writer: ByteWriter;

  constructor(layout: BatchLayout, writer: ByteWriter) {
    this.#layout = layout;
    this.#writer = writer;
  }

  record({ key, value, headers }: BatchMessage, index: number): void {
    const writer = this.#writer;
    writer.varInt(this.#layout.take());
    writer.int8(0); // attributes, of which a record has none
    writer.varLong(this.#layout.timestampDelta(index));
    writer.varInt(index);
    this.#field(key);
    this.#field(value);
    writer.varInt(this.#layout.take());
    if (headers) this.#headers(headers);
  }

  #headers(headers: Headers): void {
    for (const name of Object.keys(headers)) {
      const value = headers[name];
      if (value === undefined) continue;
      if (isList(value)) for (const one of value) this.#header(name, one);
      else this.#header(name, value);
    }
  }

  #header(name: string, value: Buffer | string): void {
    this.#writer.buffer(this.#layout.name(name));
    this.#field(value);
  }

  #field(field: Field): void {
    if (field === null || field === undefined) return this.#writer.varInt(-1);
    const length = this.#layout.take();
    this.#writer.varInt(length);
    if (isKept(field)) this.#writer.keep(field);
    else if (typeof field === 'string') this.#writer.text(field, length);
    else this.#writer.buffer(field);
  }
}

function withChecksum(pieces: readonly Buffer[]): readonly Buffer[] {
  const [first, ...others] = pieces as readonly [Buffer, ...Buffer[]];
  const checksum = others.reduce((sum, piece) => crc32c(piece, sum), crc32c(first.subarray(CHECKED_FROM)));
  first.writeUInt32BE(checksum, CHECKSUM_AT);
  return pieces;
}
