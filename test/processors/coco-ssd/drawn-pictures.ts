import sharp from 'sharp';
import type { Bbox, Size } from '../../../pipeline/index.ts';
import { stopSignSvg } from '../../../pipeline/sources/street/stop-sign-drawing.ts';

export interface DrawnPicture {
  readonly pixels: Buffer;
  readonly size: Size;
  readonly bbox: Bbox;
}

/** A stop sign on its pole before a pale sky, two fifths of the picture high, raw rgb24. */
export async function stopSign(size: Size): Promise<DrawnPicture> {
  const { width, height } = size;
  const side = Math.round(height * 0.4);
  const left = Math.round(width / 2 - side / 2);
  const top = Math.round(height * 0.2);
  const sprite = Buffer.from(stopSignSvg(side, height - top));
  const pixels = await sharp({ create: { width, height, channels: 3, background: '#b8cbd8' } })
    .composite([{ input: sprite, left, top }])
    .removeAlpha()
    .raw()
    .toBuffer();
  return { pixels, size, bbox: [left, top, side, side] };
}

export function plainGrey({ width, height }: Size): Buffer {
  return Buffer.alloc(width * height * 3, 128);
}
