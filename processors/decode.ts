import { z } from 'zod';
import {
  defineProcessor,
  fitInside,
  frameOutput,
  parseRawContentType,
  readFrame,
  readRawFrame,
  type ConsumerRecord,
  type Frame,
} from '../pipeline/index.ts';
import { decodePicture } from './picture/decode-picture.ts';
import { scalePixels } from './picture/scale-pixels.ts';
import { loadSharp, PICTURES_AT_ONCE, type Sharp } from './picture/sharp.ts';

const options = z.strictObject({
  maxPixels: z
    .int()
    .positive()
    .default(50_000_000)
    .describe('Refuses pictures whose header names more pixels than this, before any is decoded.'),
  maxWidth: z.int().positive().optional().describe('Wider pictures are scaled down to this width. Default: no limit.'),
  maxHeight: z
    .int()
    .positive()
    .optional()
    .describe('Higher pictures are scaled down to this height. Default: no limit.'),
});

type DecodeOptions = z.output<typeof options>;

/** Turns the picture of a frame, whatever its format, into upright raw pixels. */
export default defineProcessor({
  name: 'decode',
  summary:
    'Decodes JPEG, PNG, WebP, GIF (first frame) and AVIF, told by content, to upright raw sRGB pixels; transparency becomes black.',
  options,
  async create(settings) {
    const sharp = await loadSharp();
    return {
      concurrency: PICTURES_AT_ONCE,
      process: async (record) => frameOutput(await decode(record, sharp, settings)),
    };
  },
});

/** Raw pixels pass through: scaled where they are too large, else as they are. */
async function decode(record: ConsumerRecord, sharp: Sharp, settings: DecodeOptions): Promise<Frame> {
  const frame = readFrame(record);
  const bounds = {
    ...(settings.maxWidth !== undefined && { width: settings.maxWidth }),
    ...(settings.maxHeight !== undefined && { height: settings.maxHeight }),
  };
  if (parseRawContentType(frame.contentType) === null) {
    return decodePicture(frame, sharp, { bounds, maxPixels: settings.maxPixels });
  }
  const raw = readRawFrame(record);
  return scalePixels(sharp, raw, fitInside(raw.pixels, bounds));
}
