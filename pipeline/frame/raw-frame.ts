import { PoisonRecordError } from '../errors/pipeline-error.ts';
import type { Headers } from '../ports/record.ts';
import { readFrame, type Frame } from './frame.ts';
import { parseRawContentType, type RawPixels } from './raw-pixels.ts';

/** A frame whose bytes are raw pixels: `bytes[(y * width + x) * 3]` is the red of pixel (x, y). */
export interface RawFrame extends Frame {
  readonly pixels: RawPixels;
}

/**
 * Reads a frame that must carry raw pixels.
 * @throws PoisonRecordError PICTURE_NOT_RAW for any other content type, PICTURE_UNREADABLE where the bytes do not fill
 * the picture, FRAME_META_INVALID where `frame-meta` is wrong or names another size.
 */
export function readRawFrame(record: { readonly value: Buffer | null; readonly headers: Headers }): RawFrame {
  const frame = readFrame(record);
  const pixels = parseRawContentType(frame.contentType);
  if (pixels === null) {
    throw new PoisonRecordError(
      'PICTURE_NOT_RAW',
      `frame ${frame.meta.frame.id} is ${frame.contentType}, but raw pixels are needed; put a decode stage before`,
    );
  }
  throwIfSizesDiffer(frame, pixels);
  return { ...frame, pixels };
}

function throwIfSizesDiffer({ bytes, meta }: Frame, { width, height }: RawPixels): void {
  const size = `${width}x${height}`;
  const expected = width * height * 3;
  if (bytes.length !== expected) {
    throw new PoisonRecordError(
      'PICTURE_UNREADABLE',
      `frame ${meta.frame.id} holds ${bytes.length} bytes where raw pixels of ${size} take ${expected}; correct its producer`,
    );
  }
  const { width: metaWidth = width, height: metaHeight = height } = meta.frame;
  if (metaWidth === width && metaHeight === height) return;
  throw new PoisonRecordError(
    'FRAME_META_INVALID',
    `frame ${meta.frame.id} is ${size} by its content-type but ${metaWidth}x${metaHeight} by its frame-meta; correct its producer`,
  );
}
