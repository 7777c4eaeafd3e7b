import { rawContentType, resizedMeta, type RawFrame, type Size, type Frame } from '../../pipeline/index.ts';
import type { Sharp } from './sharp.ts';

/** libvips widens the triangle filter with the factor, so it does not alias; it costs a third less than lanczos3. */
export const KERNEL = 'linear';

/** The frame scaled to a size, its boxes with it; the frame itself where it has that size. */
export async function scalePixels(sharp: Sharp, frame: RawFrame, to: Size): Promise<Frame> {
  const { width, height } = frame.pixels;
  const meta = resizedMeta(frame.meta, { from: { width, height }, to });
  if (to.width === width && to.height === height) return { ...frame, meta };
  const raw = { width, height, channels: 3 } as const;
  const bytes = await sharp(frame.bytes, { raw, limitInputPixels: false })
    .resize({ ...to, fit: 'fill', kernel: KERNEL })
    .raw()
    .toBuffer();
  return { bytes, contentType: rawContentType({ format: 'rgb24', ...to }), meta };
}
