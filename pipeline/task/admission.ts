import type { PartitionBatch } from '../ports/consumer.ts';
import type { Clock } from '../ports/clock.ts';
import { headerText, type ConsumerRecord } from '../ports/record.ts';
import type { GateDecision } from './freshness-gate.ts';

/** Where a task goes on in a batch. */
export type Next = bigint | 'as fetched';

/** Lets all records of a batch in, from an offset on. */
export function admitFrom(next: Next, batch: PartitionBatch): Extract<GateDecision, { state: 'admit' }> {
  const records = next === 'as fetched' ? batch.records : batch.records.filter(({ offset }) => offset >= next);
  const admitted = records.map((record) => ({ record, original: record, drops: {} }));
  return { state: 'admit', admitted, dropped: {}, nextOffset: batch.nextOffset };
}

/** Milliseconds since a record came into the world. */
export function ageMs(record: ConsumerRecord, clock: Clock): number {
  const captured = headerText(record.headers, 'ce_time');
  return Math.max(0, clock.nowMs() - (captured === undefined ? record.timestampMs : Date.parse(captured)));
}
