import { createHash } from 'node:crypto';
import type { FrameMeta } from '../../frame/frame-meta.ts';
import type { ConsumerRecord } from '../../ports/record.ts';

const EXTENSIONS: Readonly<Record<string, string>> = { 'image/jpeg': 'jpg' };
const LONGEST_NAME = 100;
const SEQ_DIGITS = 8;

/**
 * Name of a picture file: `<sourceId>-<sessionId>-<seq>.jpg`, which is the same for a repeat of the same frame;
 * `<topic>-<partition>-<offset>.jpg` where the record tells of no frame.
 */
export function pictureFileName(record: ConsumerRecord, meta: FrameMeta | null, contentType: string): string {
  const extension = EXTENSIONS[contentType] ?? contentType.replace('image/', '');
  return `${meta ? frameName(meta.frame) : recordName(record)}.${extension}`;
}

/** Letters, digits, `.`, `_` and `-` alone, so that no name leaves its folder; a changed one keeps a hash to stay unique. */
export function safeName(name: string): string {
  const safe = name
    .replace(/[^\w.-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, LONGEST_NAME);
  if (safe === name) return safe;
  return `${safe}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

function frameName({ sourceId, sessionId, seq }: FrameMeta['frame']): string {
  return [safeName(sourceId), safeName(sessionId), String(seq).padStart(SEQ_DIGITS, '0')].join('-');
}

function recordName({ topic, partition, offset }: ConsumerRecord): string {
  return `${safeName(topic)}-${partition}-${String(offset).padStart(SEQ_DIGITS, '0')}`;
}
