import { parseDurationMs } from './duration.ts';
import type { TopicPlan } from './plan.ts';
import { parseSizeBytes } from './size.ts';

type Limits = Pick<TopicPlan, 'retentionMs' | 'retentionBytes' | 'segmentBytes' | 'maxMessageBytes'>;

const SEGMENT_BYTES = parseSizeBytes('32MB');
const DEAD_LETTER_HEADROOM_BYTES = parseSizeBytes('1MB');

/** Limits of a topic that the file does not set, by what it holds; for dead letters see {@link deadLetterMaxBytes}. */
export const TOPIC_DEFAULTS: Readonly<Record<TopicPlan['holds'], Limits>> = {
  frames: {
    retentionMs: parseDurationMs('10m'),
    retentionBytes: parseSizeBytes('128MB'),
    segmentBytes: SEGMENT_BYTES,
    maxMessageBytes: parseSizeBytes('16MB'),
  },
  records: {
    retentionMs: parseDurationMs('7d'),
    retentionBytes: parseSizeBytes('1GB'),
    segmentBytes: SEGMENT_BYTES,
    maxMessageBytes: parseSizeBytes('1MB'),
  },
  changes: {
    retentionMs: -1,
    retentionBytes: -1,
    segmentBytes: SEGMENT_BYTES,
    maxMessageBytes: parseSizeBytes('1MB'),
  },
  positions: {
    retentionMs: -1,
    retentionBytes: -1,
    // Only closed segments are compacted, and all that is not is read when the source begins.
    segmentBytes: parseSizeBytes('4MB'),
    maxMessageBytes: parseSizeBytes('1MB'),
  },
  deadLetters: {
    retentionMs: parseDurationMs('14d'),
    retentionBytes: parseSizeBytes('64MB'),
    segmentBytes: SEGMENT_BYTES,
    maxMessageBytes: parseSizeBytes('1MB'),
  },
};

/** A dead letter is its record and the headers that tell what happened: its topic takes more than the record's. */
export function deadLetterMaxBytes(inputMaxBytes: readonly number[]): number {
  return Math.max(TOPIC_DEFAULTS.deadLetters.maxMessageBytes, ...inputMaxBytes) + DEAD_LETTER_HEADROOM_BYTES;
}

/** Kafka refuses a batch larger than a segment: a segment is never planned smaller than the largest record. */
export function segmentBytesFor(holds: TopicPlan['holds'], maxMessageBytes: number): number {
  return Math.max(TOPIC_DEFAULTS[holds].segmentBytes, maxMessageBytes);
}
