import { PoisonRecordError, messageOf } from '../errors/pipeline-error.ts';
import { headerText, type Headers, type OutputRecord } from '../ports/record.ts';
import { frameMetaSchema, type FrameMeta } from './frame-meta.ts';

/** Limit of the `frame-meta` header, bytes. */
export const MAX_FRAME_META_BYTES = 64 * 1024;

/** A frame taken out of a record: its picture bytes, what they are, and what is known about it. */
export interface Frame {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly meta: FrameMeta;
}

/**
 * Reads the frame a record carries.
 * @throws PoisonRecordError FRAME_META_INVALID where the header is missing, over 64 KB, no JSON or against the schema.
 */
export function readFrame(record: { readonly value: Buffer | null; readonly headers: Headers }): Frame {
  return {
    bytes: record.value ?? Buffer.alloc(0),
    contentType: headerText(record.headers, 'content-type') ?? 'application/octet-stream',
    meta: readFrameMeta(record.headers),
  };
}

/** Reads `frame-meta` alone; see {@link readFrame} for what it throws. */
export function readFrameMeta(headers: Headers): FrameMeta {
  const text = headerText(headers, 'frame-meta');
  if (text === undefined) throw invalid('the record has no frame-meta header, so it is no frame');
  if (Buffer.byteLength(text) > MAX_FRAME_META_BYTES) throw invalid(`frame-meta is over ${MAX_FRAME_META_BYTES} bytes`);
  const result = frameMetaSchema.safeParse(parseJson(text));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(`frame-meta is wrong at ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? 'unknown fault'}`);
}

/** The output record of a frame: value, `content-type` and `frame-meta`; everything else is inherited from the input. */
export function frameOutput(frame: Frame): OutputRecord {
  return {
    value: frame.bytes,
    headers: { 'content-type': frame.contentType, 'frame-meta': JSON.stringify(frame.meta) },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`frame-meta is no JSON: ${messageOf(error)}`);
  }
}

function invalid(message: string): PoisonRecordError {
  return new PoisonRecordError('FRAME_META_INVALID', `${message}; correct the producer of this topic`);
}
