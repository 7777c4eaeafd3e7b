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
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    const nameBytes = fieldBytes(name);
    for (const one of valuesOf(value)) {
      count++;
      bytes += nameBytes + fieldBytes(one);
    }
  }
  return varIntBytes(count) + bytes;
}

function valuesOf(value: HeaderValue): readonly (Buffer | string)[] {
  return typeof value === 'string' || Buffer.isBuffer(value) ? [value] : value;
}

function fieldBytes(field: Buffer | string | null): number {
  if (field === null) return 1;
  const bytes = Buffer.byteLength(field);
  return varIntBytes(bytes) + bytes;
}

/** Kafka's variable-length integers are zigzag coded: seven bits of twice the value in each byte. */
function varIntBytes(value: number): number {
  let bytes = 1;
  for (let rest = value * 2; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
