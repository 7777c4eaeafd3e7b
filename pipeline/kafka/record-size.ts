import type { HeaderValue, Headers, ProducerRecord } from '../ports/record.ts';

/** Header of a record batch (format 2), bytes. */
export const BATCH_OVERHEAD_BYTES = 61;

/** Bytes one record takes on the wire when it is alone in its batch, the batch itself not counted. */
export function recordBytes({ key, value, headers }: ProducerRecord): number {
  const body = 1 + 1 + 1 + fieldBytes(key) + fieldBytes(value) + headersBytes(headers);
  return varIntBytes(body) + body;
}

function headersBytes(headers: Headers): number {
  let count = 0;
  let bytes = 0;
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value === undefined) continue;
    const nameBytes = fieldBytes(name);
    const values = isList(value) ? value.length : 1;
    count += values;
    bytes += values * nameBytes;
    if (isList(value)) for (const one of value) bytes += fieldBytes(one);
    else bytes += fieldBytes(value);
  }
  return varIntBytes(count) + bytes;
}

/** Whether a header is repeated. */
export function isList(value: HeaderValue): value is readonly (Buffer | string)[] {
  return Array.isArray(value);
}

function fieldBytes(field: Buffer | string | null): number {
  if (field === null) return 1;
  const bytes = Buffer.byteLength(field);
  return varIntBytes(bytes) + bytes;
}

/** Kafka's variable-length integers are zigzag coded: seven bits of twice the value in each byte. */
export function varIntBytes(value: number): number {
  if (value < 64) return 1;
  if (value < 8192) return 2;
  let bytes = 1;
  for (let rest = value * 2; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
