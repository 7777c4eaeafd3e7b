import {
  fitInside,
  parseRawContentType,
  readFrame,
  readRawFrame,
  resizedMeta,
  type ConsumerRecord,
  type Frame,
  type Size,
} from '../../pipeline/index.ts';
import { decodePicture } from '../picture/decode-picture.ts';
import { scalePixels } from '../picture/scale-pixels.ts';
import type { Sharp } from '../picture/sharp.ts';

const MAX_PIXELS = 50_000_000;

/** Brightness of a picture, 0 to 255, in few cells. */
export interface Raster extends Size {
  readonly cells: Float32Array;
}

/** A frame, the size its boxes are in, and a small grey raster of its picture. */
export interface SeenFrame {
  readonly frame: Frame;
  readonly size: Size;
  readonly raster: Raster;
}

/** Makes the raster of a frame of raw pixels or of any picture `decode` reads; its longer side has `detail` cells. */
export async function seeFrame(sharp: Sharp, record: ConsumerRecord, detail: number): Promise<SeenFrame> {
  const frame = readFrame(record);
  const bounds = { width: detail, height: detail };
  if (parseRawContentType(frame.contentType) !== null) {
    const raw = readRawFrame(record);
    const small = await scalePixels(sharp, raw, fitInside(raw.pixels, bounds));
    return { frame: withSize(frame, raw.pixels), size: raw.pixels, raster: greyOf(small) };
  }
  const small = await decodePicture(frame, sharp, { bounds, maxPixels: MAX_PIXELS });
  const [initial] = small.meta.frame.transforms;
  const { width = initial?.width ?? 1, height = initial?.height ?? 1 } = frame.meta.frame;
  return { frame: withSize(frame, { width, height }), size: { width, height }, raster: greyOf(small) };
}

/** Boxes mean nothing without the size they are in. */
function withSize(frame: Frame, size: Size): Frame {
  return { ...frame, meta: resizedMeta(frame.meta, { from: size, to: size }) };
}

function greyOf({ bytes, contentType }: Frame): Raster {
  const pixels = parseRawContentType(contentType);
  if (pixels === null) throw new Error(`a raster of ${contentType}; this is a bug, please report`);
  const { width, height } = pixels;
  const cells = new Float32Array(width * height);
  for (let cell = 0, at = 0; cell < cells.length; cell++, at += 3) {
    cells[cell] = 0.299 * (bytes[at] ?? 0) + 0.587 * (bytes[at + 1] ?? 0) + 0.114 * (bytes[at + 2] ?? 0);
  }
  return { width, height, cells };
}
