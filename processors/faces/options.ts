import { z } from 'zod';
import { detectionOptions } from '../detection/options.ts';

/** The options of faces. */
export const options = z.strictObject({
  minScore: detectionOptions.minScore,
  maxBoxes: z.int().positive().max(1000).default(20).describe('At most this many faces a frame, the best ones.'),
  inputSize: z
    .int()
    .min(64)
    .max(1600)
    .multipleOf(32)
    .default(416)
    .describe(
      'Longer side of the picture the network looks at, pixels, a multiple of 32. It finds faces from about 40 pixels of that picture up: larger finds smaller ones and takes longer.',
    ),
  iou: z
    .number()
    .min(0)
    .max(1)
    .default(0.4)
    .describe('Of two faces that overlap at least this much (intersection over union), the weaker goes.'),
  threads: detectionOptions.threads,
  modelDirectory: detectionOptions.modelDirectory,
});

export type FacesOptions = z.output<typeof options>;
