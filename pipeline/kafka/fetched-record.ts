/** What kafkajs decodes records from. */
interface Decoder {
  readonly buffer: Buffer;
}

/** What the records of a batch have in common. */
interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp?: string;
  readonly timestampType?: number;
  readonly magicByte?: number;
  readonly isControlBatch?: boolean;
}

export type DecodeRecord = (decoder: Decoder, context: BatchContext) => unknown;

type HeaderValue = Buffer | null;
type Headers = Record<string, HeaderValue | HeaderValue[]>;

const LOG_APPEND_TIME = 1;
/** Seven bits each: what is longer may be no safe integer. */
const LONGEST_DELTA_BYTES = 7;
/** Names of headers that are remembered, and bytes of the longest one. */
const KNOWN_NAMES = 32;
const KNOWN_NAME_BYTES = 64;

/**
 * Decodes a record (https://kafka.apache.org/documentation/#record). As published, the headers are copied for each of
 * them, and every name is made anew for every record; besides, a header named like a method of objects came out broken.
 */
export function quickRecordDecoder(published: DecodeRecord): DecodeRecord {
  const names = new HeaderNames();
  return (decoder, batchContext) => {
    const {
      firstOffset,
      firstTimestamp,
      maxTimestamp,
      timestampType,
      magicByte,
      isControlBatch = false,
    } = batchContext;
    const reader = new FieldReader(decoder.buffer);
    const attributes = reader.int8();
    const timestampDelta = reader.varLong();
    if (reader.at > 1 + LONGEST_DELTA_BYTES) return published(decoder, batchContext);
    const appended = timestampType === LOG_APPEND_TIME ? maxTimestamp : undefined;
    return {
      magicByte,
      attributes,
      timestamp: appended ?? String(Number(firstTimestamp) + timestampDelta),
      offset: String(Number(firstOffset) + reader.varInt()),
      key: reader.field(),
      value: reader.field(),
      headers: headersOf(reader, names),
      isControlRecord: isControlBatch,
      batchContext,
    };
  };
}

function headersOf(reader: FieldReader, names: HeaderNames): Headers {
  const headers: Headers = {};
  const count = reader.varInt();
  for (let index = 0; index < count; index++) {
    const name = names.read(reader, index);
    const value = reader.field();
    const known = Object.hasOwn(headers, name) ? headers[name] : undefined;
    const wanted = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value];
    if (name === '__proto__')
      Object.defineProperty(headers, name, { value: wanted, enumerable: true, configurable: true, writable: true });
    else headers[name] = wanted;
  }
  return headers;
}

/** Names that headers had at the same place of the records before. */
class HeaderNames {
  readonly #known: { readonly bytes: Buffer; readonly name: string }[] = [];

  read(reader: FieldReader, index: number): string {
    const length = reader.varInt();
    const known = this.#known[index];
    if (known?.bytes.length === length && reader.stepsOver(known.bytes)) return known.name;
    const bytes = reader.bytes(length);
    const name = bytes.toString();
    // A copy: the slice would hold all that was fetched with it.
    if (index < KNOWN_NAMES && length <= KNOWN_NAME_BYTES) this.#known[index] = { bytes: Buffer.from(bytes), name };
    return name;
  }
}

/** Reads the fields of a record one after the other. */
class FieldReader {
  readonly #buffer: Buffer;
  at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  int8(): number {
    return this.#buffer.readInt8(this.at++);
  }

  varInt(): number {
    let bits = 0;
    let byte: number;
    let shift = 0;
    do {
      byte = this.#buffer[this.at++] ?? 0;
      bits |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return (bits >>> 1) ^ -(bits & 1);
  }

  varLong(): number {
    let bits = 0;
    let byte: number;
    let factor = 1;
    do {
      byte = this.#buffer[this.at++] ?? 0;
      bits += (byte & 127) * factor;
      factor *= 128;
    } while (byte > 127);
    return bits % 2 === 0 ? bits / 2 : -(bits + 1) / 2;
  }

  field(): HeaderValue {
    const length = this.varInt();
    return length < 0 ? null : this.bytes(length);
  }

  bytes(length: number): Buffer {
    return this.#buffer.subarray(this.at, (this.at += length));
  }

  /** Whether these are the next bytes; then they are done with. */
  stepsOver(bytes: Buffer): boolean {
    const { at } = this;
    for (let index = 0; index < bytes.length; index++) if (this.#buffer[at + index] !== bytes[index]) return false;
    this.at += bytes.length;
    return true;
  }
}
