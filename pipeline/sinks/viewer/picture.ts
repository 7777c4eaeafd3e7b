import type { FrameMeta } from '../../frame/frame-meta.ts';
import type { ConsumerRecord } from '../../ports/record.ts';
import { frameMetaIfAny, pictureTypeOf, sourceIdOf } from '../shown-picture.ts';
import { partOf } from './multipart.ts';

/** A picture as browsers get it. */
export interface Picture {
  readonly sourceId: string;
  readonly contentType: string;
  /** Milliseconds since 1970 UTC. */
  readonly capturedMs: number;
  readonly meta: FrameMeta | null;
  /** Query of the stream that begins with the record after this one. */
  readonly next: string;
  readonly bytes: Buffer;
  /** The same bytes as a part of a multipart stream: made once, shared by all who watch. */
  readonly part: Buffer;
}

/** The picture of a record with bytes of its own, or null where no browser could show it. */
export function pictureOf(record: ConsumerRecord): Picture | null {
  const contentType = pictureTypeOf(record);
  if (contentType === null || record.value === null) return null;
  const meta = frameMetaIfAny(record);
  const next = `partition=${record.partition}&offset=${String(record.offset + 1n)}`;
  const { part, bytes } = partOf({ picture: record.value, contentType, next, frameId: meta?.frame.id ?? null });
  const capturedMs = meta ? meta.frame.captureTimeUs / 1000 : record.timestampMs;
  return { sourceId: sourceIdOf(record, meta), contentType, capturedMs, meta, next, bytes, part };
}
