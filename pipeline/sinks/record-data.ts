import { recordBinding } from '../expression/record-root.ts';
import type { SinkRecord } from '../ports/sink.ts';

/** How bytes that are no text are given: all of them, or their number alone. */
export type BinaryAs = 'base64' | 'length';

/** The latest time of a Date. */
const LATEST_MS = 8.64e15;

/** A record as one line of JSON: place, key, headers, and the value as JSON or text where it is; `selected` if any. */
export function recordLine(record: SinkRecord, binaryAs: BinaryAs): string {
  const { headers, ...place } = recordBinding(record) as { headers: Record<string, string> } & Record<string, unknown>;
  const value =
    record.selected === undefined ? { value: valueOf(record.value, binaryAs) } : { selected: record.selected };
  return JSON.stringify({ ...place, headers, ...value });
}

/** The text of a value, or null where its bytes are no UTF-8 text. */
export function textOf(value: Buffer): string | null {
  if (value.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value);
  } catch {
    return null; // not UTF-8: binary
  }
}

/** Text as JSON where it is some, else as it is. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // plain text
  }
}

/** Milliseconds of an ISO time or of a number of them; null where it is neither, or no time a calendar knows. */
export function timeMsOf(value: unknown): number | null {
  const timeMs = typeof value === 'string' ? Date.parse(value) : value;
  return typeof timeMs === 'number' && Math.abs(timeMs) <= LATEST_MS ? timeMs : null;
}

function valueOf(value: Buffer | null, binaryAs: BinaryAs): unknown {
  if (value === null) return null;
  const text = textOf(value);
  if (text !== null) return jsonOrText(text);
  return binaryAs === 'base64' ? { base64: value.toString('base64') } : { bytes: value.length };
}
