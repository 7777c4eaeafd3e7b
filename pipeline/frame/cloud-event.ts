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
export function cloudEventHeaders({ id, sourceId, type, timeUs, subject }: CloudEvent): Headers {
  return {
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: `/sources/${encodeURIComponent(sourceId)}`,
    ce_type: `dev.tapline.${type}.v1`,
    ce_time: new Date(timeUs / 1000).toISOString(),
    ce_subject: subject,
  };
}
