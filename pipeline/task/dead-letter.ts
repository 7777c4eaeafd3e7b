import { PipelineError, messageOf } from '../errors/pipeline-error.ts';
import type { Headers, ProducerRecord } from '../ports/record.ts';

/** What is kept of a value too large even for the dead-letter topic, bytes. */
const KEPT_BYTES = 64 * 1024;
const KEPT_STACK_CHARACTERS = 4000;
const KEPT_MESSAGE_CHARACTERS = 2000;
/** Room for keys, headers and framing when a value is held against the topic's limit. */
const ENVELOPE_BYTES = 96 * 1024;

/** A record that could not be processed, and why. */
export interface DeadLetter {
  readonly record: {
    readonly topic?: string;
    readonly partition?: number;
    readonly offset?: bigint;
    readonly timestampMs?: number;
    readonly key: Buffer | string | null;
    readonly value: Buffer | string | null;
    readonly headers: Headers;
  };
  /** Stage, source or tap that gave up on it. */
  readonly stage: string;
  readonly processor: string;
  readonly attempts: number;
  readonly error: unknown;
  /** Further `tapline.dlq.*` headers. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** Where dead letters go. */
export interface DeadLetterTopic {
  readonly topic: string;
  readonly maxMessageBytes: number;
}

/**
 * The record for the dead-letter topic: original key, bytes and headers, plus `tapline.dlq.*`. It is stamped `nowMs`, or
 * retention would delete it early; a value over the topic's limit is cut to its first 64 KB and says so.
 */
export function deadLetterRecord(
  letter: DeadLetter,
  { topic, maxMessageBytes }: DeadLetterTopic,
  nowMs: number,
): ProducerRecord {
  const { record } = letter;
  const size = record.value === null ? 0 : Buffer.byteLength(record.value);
  const tooLarge = size > maxMessageBytes - ENVELOPE_BYTES;
  return {
    topic,
    partition: 0,
    key: record.key,
    value: tooLarge && record.value !== null ? Buffer.from(record.value).subarray(0, KEPT_BYTES) : record.value,
    headers: {
      ...record.headers,
      ...reasonHeaders(letter, nowMs),
      ...(tooLarge && { 'tapline.dlq.truncated': 'true', 'tapline.dlq.value-size': String(size) }),
    },
    timestampMs: nowMs,
  };
}

function reasonHeaders({ record, stage, processor, attempts, error, extra = {} }: DeadLetter, nowMs: number): Headers {
  const place = {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestampMs,
  };
  const fields: Record<string, unknown> = {
    ...place,
    stage,
    processor,
    attempts,
    'error-class': error instanceof Error ? error.name : typeof error,
    'error-code': codeOf(error),
    'error-message': messageOf(error).slice(0, KEPT_MESSAGE_CHARACTERS),
    'error-stack': error instanceof Error ? error.stack?.slice(0, KEPT_STACK_CHARACTERS) : undefined,
    time: new Date(nowMs).toISOString(),
    ...extra,
  };
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [`tapline.dlq.${name}`, String(value)]));
}

/** Code of an error: ours, or that of a system error; PROCESSING_FAILED for the rest. */
export function codeOf(error: unknown): string {
  if (error instanceof PipelineError) return error.code;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'PROCESSING_FAILED';
}
