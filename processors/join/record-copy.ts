import type { ConsumerRecord, Headers, OutputRecord, StoreSpec } from '../../pipeline/index.ts';
import { timeOf } from './data-shape.ts';
import type { Kept } from './shape.ts';

type Serde = NonNullable<StoreSpec['serde']>;

const LENGTH_BYTES = 4;

/** All of a record that an output can have. */
export interface RecordCopy extends Kept {
  readonly key: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
  readonly value: Buffer;
}

interface Head {
  readonly key: string | null;
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** A record; of repeated headers the last one, as everywhere. */
export function copyOf(record: ConsumerRecord): RecordCopy {
  const value = record.value ?? Buffer.alloc(0);
  return { key: record.key, atMs: timeOf(record), headers: copiedHeaders(record.headers), value };
}

/** An output that is not written yet; what it inherits it has from `record`. */
export function copyOfOutput({ key, value, headers, timestampMs }: OutputRecord, record: ConsumerRecord): RecordCopy {
  return {
    key: key === undefined ? record.key : bytesOf(key),
    atMs: timestampMs ?? timeOf(record),
    headers: copiedHeaders(headers ?? {}),
    value: bytesOf(value) ?? Buffer.alloc(0),
  };
}

/** A copy as an output of another record, of which it inherits nothing but what it cannot have of its own. */
export function outputInPlace({ key, atMs, headers, value }: RecordCopy, record: ConsumerRecord): OutputRecord {
  const foreign = Object.keys(record.headers).filter((name) => !isAboutPassage(name));
  const removed = Object.fromEntries(foreign.map((name) => [name, undefined]));
  return { key, value, headers: { ...removed, ...headers }, timestampMs: atMs };
}

/** The head as JSON with its length before it, then the value as it is: pictures are large. */
export const recordCopySerde: Serde = {
  name: 'record-copy',
  serialize(given) {
    const { key, atMs, headers, value } = given as RecordCopy;
    const texts = Object.entries(headers).map(([name, bytes]) => [name, bytes.toString('base64')]);
    const head: Head = {
      key: key && key.toString('base64'),
      atMs,
      headers: Object.fromEntries(texts) as Head['headers'],
    };
    const json = Buffer.from(JSON.stringify(head));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(json.length);
    return Buffer.concat([length, json, value]);
  },
  deserialize(bytes): RecordCopy {
    const end = LENGTH_BYTES + bytes.readUInt32BE();
    const { key, atMs, headers } = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, end)) as Head;
    const decoded = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text, 'base64')]);
    return {
      key: key === null ? null : Buffer.from(key, 'base64'),
      atMs,
      headers: Object.fromEntries(decoded) as RecordCopy['headers'],
      value: bytes.subarray(end),
    };
  },
};

/** Headers of which every record has one: they tell what it descends from, and the runtime sees to them. */
function isAboutPassage(name: string): boolean {
  return name.startsWith('ce_') || name === 'traceparent' || name === 'tracestate';
}

function copiedHeaders(headers: Headers): RecordCopy['headers'] {
  const copied = Object.entries(headers).flatMap(([name, value]): [string, Buffer][] => {
    const last = Array.isArray(value) ? (value as readonly (Buffer | string)[]).at(-1) : (value as Buffer | string);
    return last === undefined ? [] : [[name, Buffer.from(last as string)]];
  });
  return Object.fromEntries(copied);
}

function bytesOf(value: Buffer | string | null): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : value;
}
