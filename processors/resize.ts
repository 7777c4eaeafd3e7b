import { z } from 'zod';
import { defineProcessor, frameOutput, readRawFrame, scaledBy, type Size } from '../pipeline/index.ts';
import { scalePixels } from './picture/scale-pixels.ts';
import { loadSharp, PICTURES_AT_ONCE } from './picture/sharp.ts';

const options = z
  .strictObject({
    width: z.int().positive().max(65_535).optional().describe('Width in pixels. Default: follows from the height.'),
    height: z.int().positive().max(65_535).optional().describe('Height in pixels. Default: follows from the width.'),
    fit: z
      .enum(['inside', 'outside', 'fill'])
      .default('inside')
      .describe(
        'inside: keeps the shape, neither side longer; outside: keeps it, neither side shorter; fill: stretches.',
      ),
    enlarge: z.boolean().default(false).describe('Whether a smaller picture is enlarged.'),
  })
  .refine(({ width, height }) => width !== undefined || height !== undefined, {
    error: 'give width, height or both',
  });

type ResizeOptions = z.output<typeof options>;

/** Scales raw pixels, and the boxes of objects and truth with them. */
export default defineProcessor({
  name: 'resize',
  summary: 'Scales raw pixels and the boxes of what was found in them; never enlarges unless asked.',
  options,
  async create(settings) {
    const sharp = await loadSharp();
    return {
      concurrency: PICTURES_AT_ONCE,
      process: async (record) => {
        const frame = readRawFrame(record);
        return frameOutput(await scalePixels(sharp, frame, targetSize(frame.pixels, settings)));
      },
    };
  },
});

function targetSize(picture: Size, { width, height, fit, enlarge }: ResizeOptions): Size {
  const limit = enlarge ? Infinity : 1;
  const byX = Math.min(limit, (width ?? Infinity) / picture.width);
  const byY = Math.min(limit, (height ?? Infinity) / picture.height);
  if (width === undefined || height === undefined) return scaledBy(picture, Math.min(byX, byY));
  if (fit === 'fill') {
    return { width: scaledBy(picture, byX).width, height: scaledBy(picture, byY).height };
  }
  return scaledBy(picture, fit === 'inside' ? Math.min(byX, byY) : Math.max(byX, byY));
}
