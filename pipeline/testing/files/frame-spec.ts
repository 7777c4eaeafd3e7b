import { z } from 'zod';
import { bboxSchema, detectedObjectSchema } from '../../frame/frame-meta.ts';

const object = detectedObjectSchema
  .partial()
  .required({ label: true })
  .extend({ bbox: bboxSchema.optional().describe('[x, y, width, height] in pixels. Default: the first pixel.') })
  .describe('What is left out has a value that means nothing: a score of 1, no track.');

/** What a test says of a frame; the rest of it is as a source would write it. */
export const frameSpec = z.strictObject({
  picture: z.string().min(1).optional().describe('File, beside the test, whose bytes are the value.'),
  width: z.int().positive().optional().describe('Pixels. Default: those of the picture.'),
  height: z.int().positive().optional().describe('Pixels. Default: those of the picture.'),
  objects: z.array(object).optional().describe('What was found in it. Left out: nobody has looked.'),
});

export type FrameSpec = z.output<typeof frameSpec>;
