import type { Batch } from 'kafkajs';
import type { ConsumerRecord, Headers } from '../ports/record.ts';

/** The records of a fetched batch from an offset on. */
export function recordsOf({ topic, partition, messages }: Batch, from: bigint): ConsumerRecord[] {
  const records: ConsumerRecord[] = [];
  for (const { offset: text, timestamp, key, value, headers } of messages) {
    const offset = BigInt(text);
    if (offset < from) continue;
    records.push({
      topic,
      partition,
      offset,
      timestampMs: Number(timestamp),
      key,
      value,
      headers: headers ? withoutNulls(headers) : {},
    });
  }
  return records;
}

type FetchedHeaders = Readonly<Record<string, Headers[string] | null>>;

/** Kafka knows headers without a value; here they are empty. */
function withoutNulls(headers: FetchedHeaders): Headers {
  for (const name in headers) {
    const value = headers[name];
    if (value === null || (Array.isArray(value) && value.includes(null))) return emptyForNull(headers);
  }
  return headers as Headers;
}

function emptyForNull(headers: FetchedHeaders): Headers {
  const empty = Buffer.alloc(0);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((one: Buffer | null) => one ?? empty) : (value ?? empty),
    ]),
  );
}
