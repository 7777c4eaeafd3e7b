import type { ConsumerRecord, Headers } from '../ports/record.ts';

/** A time as tests write it: a Date, milliseconds since 1970 UTC, or ISO text. */
export type TestTime = Date | number | string;

/** A record to put into a topic. */
export interface TestInput {
  readonly key?: Buffer | string | null;
  /** Text and bytes are written as they are, null is a tombstone, everything else as JSON. */
  readonly value: unknown;
  readonly headers?: Headers;
  /** Timestamp of the record; the time of the clock when left out. */
  readonly time?: TestTime;
  /** Chosen by the key when left out, as Kafka does; records without key take turns. */
  readonly partition?: number;
}

/** A record that a stage has written. */
export interface TestOutput {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  /** JSON where it is JSON, else text, or a Buffer where it is neither. */
  readonly value: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970 UTC. */
  readonly timestampMs: number;
  /** The record as a consumer gets it. */
  readonly record: ConsumerRecord;
}

/** A record that could not be processed, and why. */
export interface TestDeadLetter extends TestOutput {
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
}

/** Milliseconds since 1970 UTC. @throws RangeError where it is no time */
export function timeMsOf(time: TestTime): number {
  const timeMs = typeof time === 'number' ? time : new Date(time).getTime();
  if (Number.isFinite(timeMs)) return timeMs;
  throw new RangeError(`"${String(time)}" is no time; write it as 2026-01-01T00:00:00Z`);
}

/** The bytes or text of a value. */
export function encoded(value: unknown): Buffer | string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value);
}

/** A record as tests look at it. */
export function testOutput(record: ConsumerRecord): TestOutput {
  const { topic, partition, offset, key, value, headers, timestampMs } = record;
  return {
    topic,
    partition,
    offset: Number(offset),
    key: key?.toString() ?? null,
    value: decoded(value),
    headers: textsOf(headers),
    timestampMs,
    record,
  };
}

/** A dead letter as tests look at it. */
export function testDeadLetter(record: ConsumerRecord): TestDeadLetter {
  const output = testOutput(record);
  const { headers } = output;
  return {
    ...output,
    code: headers['tapline.dlq.error-code'] ?? '',
    message: headers['tapline.dlq.error-message'] ?? '',
    attempts: Number(headers['tapline.dlq.attempts'] ?? 0),
  };
}

/** Headers as texts. */
export function textsOf(headers: Headers): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const name of Object.keys(headers)) texts[name] = String(headers[name]);
  return texts;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** JSON where it is JSON, else text, or the bytes where it is neither. */
export function decoded(value: Buffer | null): unknown {
  if (value === null) return null;
  let text: string;
  try {
    text = utf8.decode(value);
  } catch {
    return value; // bytes of something else, as they are
  }
  try {
    return JSON.parse(text);
  } catch {
    return text; // plain text, as it is
  }
}
