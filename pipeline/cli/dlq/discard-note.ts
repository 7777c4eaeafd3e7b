import { headerText, type ConsumerRecord, type ProducerRecord } from '../../ports/record.ts';

const HEADER = 'tapline.dlq.discarded';

/** What `dlq discard` leaves in the dead-letter topic in place of what it deleted. */
export interface DiscardNote {
  /** Dead letters that were deleted; notes that went with them do not count. */
  readonly count: number;
  /** Everything of this partition before this offset. */
  readonly to: string;
  readonly reason: string;
  readonly user: string;
  readonly time: string;
}

/** The record that keeps a note. */
export function noteRecord(
  note: DiscardNote,
  { topic, partition }: { readonly topic: string; readonly partition: number },
): ProducerRecord {
  return {
    topic,
    partition,
    key: null,
    value: `${note.user} discarded ${note.count} dead letters before offset ${note.to}: ${note.reason}`,
    headers: { 'content-type': 'text/plain', [HEADER]: JSON.stringify(note) },
    timestampMs: Date.parse(note.time),
  };
}

/** The note a record of a dead-letter topic holds; null for a dead letter. */
export function noteOf({ headers }: ConsumerRecord): DiscardNote | null {
  const text = headerText(headers, HEADER);
  return text === undefined ? null : (JSON.parse(text) as DiscardNote);
}
