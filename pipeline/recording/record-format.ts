import { crc32c } from '@node-rs/crc32';
import type { ConsumerRecord, HeaderValue, Headers } from '../ports/record.ts';

/** A record of a recording: of which topic and partition, its file knows. */
export type RecordedRecord = Omit<ConsumerRecord, 'topic' | 'partition'>;

/** Begins every file of records. */
export const FILE_BEGIN = Buffer.from('TAPLREC1');

/** Length and checksum, which precede a record. */
const FRAME_BYTES = 8;
const NULL = -1;

/** The complete records at the beginning of some bytes. */
export interface Decoded {
  readonly records: readonly RecordedRecord[];
  /** Bytes these records take; what follows is half a record, or one that is damaged. */
  readonly consumed: number;
  /** Why no more could be read though the bytes are there. */
  readonly damage: string | null;
}

/**
 * A record as it stands in a file, all numbers big-endian: length of the body (4 bytes), CRC-32C of the body (4), then the
 * body: offset (8), timestamp in milliseconds (8), key, value, number of headers (4), and name and value of each. Key,
 * value, names are a length (4; -1 is null) and so many bytes; a header given twice stands there twice.
 */
export function encodeRecord({ offset, timestampMs, key, value, headers }: RecordedRecord): Buffer {
  const pairs = pairsOf(headers);
  const fields = [key, value, ...pairs.flat()];
  const size = fields.reduce((sum, field) => sum + 4 + (field?.length ?? 0), 8 + 8 + 4);
  const bytes = Buffer.allocUnsafe(FRAME_BYTES + size);
  bytes.writeUInt32BE(size, 0);
  bytes.writeBigInt64BE(offset, 8);
  bytes.writeBigInt64BE(BigInt(Math.trunc(timestampMs)), 16);
  let at = writeField(bytes, value, writeField(bytes, key, 24));
  at = bytes.writeInt32BE(pairs.length, at);
  for (const field of pairs.flat()) at = writeField(bytes, field, at);
  bytes.writeUInt32BE(crc32c(bytes.subarray(FRAME_BYTES)), 4);
  return bytes;
}

/** Reads as many records as are complete and whole; values are slices of the bytes. */
export function decodeRecords(bytes: Buffer): Decoded {
  const records: RecordedRecord[] = [];
  let at = 0;
  while (bytes.length - at >= FRAME_BYTES) {
    const end = at + FRAME_BYTES + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    const body = bytes.subarray(at + FRAME_BYTES, end);
    if (crc32c(body) !== bytes.readUInt32BE(at + 4)) return { records, consumed: at, damage: 'its checksum is wrong' };
    records.push(decodeBody(body));
    at = end;
  }
  return { records, consumed: at, damage: null };
}

function writeField(bytes: Buffer, field: Buffer | null, at: number): number {
  const start = bytes.writeInt32BE(field?.length ?? NULL, at);
  return field ? start + field.copy(bytes, start) : start;
}

function decodeBody(body: Buffer): RecordedRecord {
  let at = 16;
  const field = (): Buffer | null => {
    const length = body.readInt32BE(at);
    const start = at + 4;
    at = start + Math.max(0, length);
    return length === NULL ? null : body.subarray(start, at);
  };
  const [key, value] = [field(), field()];
  const count = body.readInt32BE(at);
  at += 4;
  const pairs = Array.from({ length: count }, () => [String(field()), field() ?? Buffer.alloc(0)] as const);
  return {
    offset: body.readBigInt64BE(0),
    timestampMs: Number(body.readBigInt64BE(8)),
    key,
    value,
    headers: headersOf(pairs),
  };
}

function pairsOf(headers: Headers): (readonly [Buffer, Buffer])[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const values = value === undefined ? [] : isList(value) ? value : [value];
    return values.map((one) => [Buffer.from(name), Buffer.from(one)] as const);
  });
}

function headersOf(pairs: readonly (readonly [string, Buffer])[]): Headers {
  const headers = new Map<string, Buffer[]>();
  for (const [name, value] of pairs) {
    const values = headers.get(name);
    if (values) values.push(value);
    else headers.set(name, [value]);
  }
  const single = (values: Buffer[]): HeaderValue => (values.length === 1 && values[0] ? values[0] : values);
  return Object.fromEntries([...headers].map(([name, values]) => [name, single(values)]));
}

function isList(value: HeaderValue): value is readonly (Buffer | string)[] {
  return Array.isArray(value);
}
