import { PipelineError } from '../errors/pipeline-error.ts';
import { readFrameMeta } from '../frame/frame.ts';
import type { FrameMeta } from '../frame/frame-meta.ts';
import { headerText, type ConsumerRecord } from '../ports/record.ts';
import { contentTypeOf } from '../sources/content-type.ts';

/**
 * The content type of a picture that any browser or image viewer shows, or null for everything else. The bytes decide,
 * not the header: a topic may lie, and a picture is never served as anything but a picture.
 */
export function pictureTypeOf({ value, headers }: ConsumerRecord): string | null {
  if (value === null || headerText(headers, 'content-type')?.startsWith('image/x-raw')) return null;
  const contentType = contentTypeOf(value);
  return contentType.startsWith('image/') ? contentType : null;
}

/** The `frame-meta` of a record, or null where there is none that can be read: a picture is worth showing without. */
export function frameMetaIfAny({ headers }: ConsumerRecord): FrameMeta | null {
  if (headers['frame-meta'] === undefined) return null;
  try {
    return readFrameMeta(headers);
  } catch (error) {
    if (error instanceof PipelineError) return null;
    throw error;
  }
}

/** Who captured a record: the source of its frame, else its key, else its topic. */
export function sourceIdOf(record: ConsumerRecord, meta: FrameMeta | null): string {
  return meta?.frame.sourceId ?? (record.key?.toString('utf8') || record.topic);
}
