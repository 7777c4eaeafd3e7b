import { isUtf8 } from 'node:buffer';
import type { ConsumerRecord } from '../ports/record.ts';

const SHOWN_BYTES = 2000;

/** A record as plain data for people and scripts: text where the bytes are text, else their number. */
export function recordJson(record: ConsumerRecord): Record<string, unknown> {
  const { topic, partition, offset, timestampMs, key, value, headers } = record;
  return {
    topic,
    partition,
    offset: Number(offset),
    timestamp: new Date(timestampMs).toISOString(),
    key: key?.toString() ?? null,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, content]) => [name, readable(name, String(content))]),
    ),
    value: readableValue(value),
  };
}

/** The same with all of its bytes: `valueBase64` and `keyBase64` stand for what is no text. */
export function exactRecordJson(record: ConsumerRecord): Record<string, unknown> {
  const { key: shownKey, value: shownValue, ...json } = recordJson(record);
  const { key, value } = record;
  return {
    ...json,
    ...(key === null || isUtf8(key) ? { key: shownKey } : { keyBase64: key.toString('base64') }),
    ...(value === null || (isText(value) && isUtf8(value))
      ? { value: shownValue }
      : { valueBase64: value.toString('base64') }),
  };
}

function readable(name: string, text: string): unknown {
  return name === 'frame-meta' ? jsonOr(text) : text;
}

function readableValue(value: Buffer | null): unknown {
  if (value === null) return null;
  if (!isText(value)) return `<${value.length} bytes>`;
  return jsonOr(value.toString());
}

/** A NUL byte or a broken UTF-8 sequence near the start means binary. */
function isText(value: Buffer): boolean {
  const start = value.subarray(0, SHOWN_BYTES);
  return !start.includes(0) && !start.toString('utf8').slice(0, -4).includes('\uFFFD');
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // plain text is shown as it is
  }
}
