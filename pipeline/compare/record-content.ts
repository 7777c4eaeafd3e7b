import { createHash } from 'node:crypto';
import { readFrameMeta } from '../frame/frame.ts';
import type { FrameMeta } from '../frame/frame-meta.ts';
import { headerText, type ConsumerRecord } from '../ports/record.ts';

/** Values up to this size are kept and compared in depth, larger ones by their digest. */
const KEPT_BYTES = 64 * 1024;
/** Who made a record and when; its id, by which it is paired. */
const NOT_COMPARED = /^(ce_|traceparent$|tracestate$|tapline\.)/;

/** What of a record is compared; small enough to be kept for a whole topic. */
export interface RecordContent {
  readonly place: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly meta: FrameMeta | null;
  readonly value: RecordValue | null;
}

export interface RecordValue {
  readonly length: number;
  readonly digest: string;
  readonly bytes: Buffer | null;
}

/** The content of a record, copied. */
export function contentOf(record: ConsumerRecord): RecordContent {
  const { key, value, headers, partition, offset } = record;
  const meta = metaOf(record);
  const compared = Object.keys(headers)
    .filter((name) => !NOT_COMPARED.test(name) && !(meta && name === 'frame-meta'))
    .map((name): [string, string] => [name, String(headers[name])]);
  return {
    place: `${partition}@${offset}`,
    key: key === null ? null : readable(key),
    headers: Object.fromEntries(compared),
    meta,
    value: value && valueOf(value),
  };
}

/** `frame-meta` where the record is a frame, else null. */
export function metaOf({ headers }: Pick<ConsumerRecord, 'headers'>): FrameMeta | null {
  if (headerText(headers, 'frame-meta') === undefined) return null;
  try {
    return readFrameMeta(headers);
  } catch {
    return null; // it is compared as the text it is
  }
}

/** Text where bytes are text, else hexadecimal. */
export function readable(bytes: Buffer): string {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : bytes.toString('hex');
}

function valueOf(value: Buffer): RecordValue {
  const digest = createHash('sha256').update(value).digest('base64');
  return { length: value.length, digest, bytes: value.length <= KEPT_BYTES ? Buffer.from(value) : null };
}
