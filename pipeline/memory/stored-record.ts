import { isList } from '../kafka/record-size.ts';
import type { TopicPartition } from '../ports/consumer.ts';
import type { ConsumerRecord, HeaderValue, Headers, ProducerRecord } from '../ports/record.ts';

/** A record as a log keeps it: bytes of its own, whatever its writer does with his. */
export function storedRecord(
  { key, value, headers, timestampMs }: ProducerRecord,
  { topic, partition, offset }: TopicPartition & { readonly offset: bigint },
): ConsumerRecord {
  return {
    topic,
    partition,
    offset,
    timestampMs: Math.max(0, Math.trunc(timestampMs)),
    key: key === null ? null : bytesOf(key),
    value: value === null ? null : bytesOf(value),
    headers: storedHeaders(headers),
  };
}

/** A record as a reader gets it: no reader sees what another one does to key and value. Headers are shared. */
export function fetchedRecord(stored: ConsumerRecord): ConsumerRecord {
  const { topic, partition, offset, timestampMs, key, value, headers } = stored;
  return {
    topic,
    partition,
    offset,
    timestampMs,
    key: key && Buffer.from(key),
    value: value && Buffer.from(value),
    headers,
  };
}

function bytesOf(field: Buffer | string): Buffer {
  return typeof field === 'string' ? Buffer.from(field) : Buffer.from(field);
}

/** As they come back from a broker: absent ones are gone, a list of one is no list. */
function storedHeaders(headers: Headers): Headers {
  const stored: Record<string, HeaderValue> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value === undefined) continue;
    if (!isList(value)) stored[name] = bytesOf(value);
    else if (value.length > 1) stored[name] = value.map(bytesOf);
    else if (value[0] !== undefined) stored[name] = bytesOf(value[0]);
  }
  return stored;
}
