import type { Headers } from '../ports/record.ts';

export type EventType = 'frame' | 'detections' | 'alert' | 'record';

/** Attributes of a record as a CloudEvent. */
export interface CloudEvent {
  /** Unique with `source`; the same for a repeat of the same record. */
  readonly id: string;
  readonly sourceId: string;
  readonly type: EventType;
  /** Capture time, integer microseconds since 1970 UTC. */
  readonly timeUs: number;
  /** Join key: the frame id, or the id of the root record. */
  readonly subject: string;
}

/** The `ce_*` headers of the CloudEvents 1.0 Kafka binding, binary mode. */
export function cloudEventHeaders({ sourceId, ...event }: CloudEvent): Headers {
  return eventHeaders({ ...event, source: `/sources/${encodeURIComponent(sourceId)}` });
}

/** The same of a record that a source sends, named by its subject. */
export function sourceRecordHeaders(sourceId: string, subject: string, timestampMs: number): Headers {
  return cloudEventHeaders({
    id: `${subject}/${sourceId}`,
    sourceId,
    type: 'record',
    timeUs: timestampMs * 1000,
    subject,
  });
}

/** The same of an event that comes from anywhere. */
export function eventHeaders({
  id,
  source,
  type,
  timeUs,
  subject,
}: Omit<CloudEvent, 'sourceId'> & { readonly source: string }): Headers {
  return {
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: source,
    ce_type: `dev.tapline.${type}.v1`,
    ce_time: timeText(timeUs / 1000),
    ce_subject: subject,
  };
}

let latest = { timeMs: NaN, text: '' };

/** Records come many in a millisecond, and the text of one takes nearly a microsecond. */
function timeText(timeMs: number): string {
  if (timeMs !== latest.timeMs) latest = { timeMs, text: new Date(timeMs).toISOString() };
  return latest.text;
}
