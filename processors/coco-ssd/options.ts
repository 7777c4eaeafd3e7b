import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { detectionOptions } from '../detection/options.ts';
import { labelIds } from './coco-classes.ts';

const className = z.string().refine((name) => labelIds.has(name), {
  error: ({ input }) => `COCO has no class "${String(input)}"; did you mean "${nearestClass(String(input))}"?`,
});

const ownNms = z.strictObject({
  iou: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Of two boxes that overlap at least this much (intersection over union), the weaker goes.'),
  perClass: z.boolean().default(true).describe('Whether only boxes of the same class compete.'),
});

/** The options of coco-ssd. */
export const options = z
  .strictObject({
    backend: z
      .enum(['onnx', 'tfjs-wasm', 'tfjs-node', 'auto'])
      .default('onnx')
      .describe(
        'What computes: onnx (fastest), the coco-ssd package on WebAssembly or on native TensorFlow, or the first that loads.',
      ),
    minScore: detectionOptions.minScore,
    maxBoxes: z.int().positive().max(1917).default(20).describe('At most this many objects a frame, the best ones.'),
    classes: z.array(className).nonempty().optional().describe('Keeps these classes of COCO only. Default: all 80.'),
    nms: z
      .union([z.literal('coco-ssd'), ownNms])
      .default('coco-ssd')
      .describe(
        'How overlapping boxes are thinned out. coco-ssd: as the package does, classes compete, minScore is the overlap limit too.',
      ),
    threads: detectionOptions.threads,
    modelDirectory: detectionOptions.modelDirectory,
  })
  .refine(({ backend, nms }) => nms === 'coco-ssd' || backend === 'onnx' || backend === 'auto', {
    path: ['nms'],
    error: 'the coco-ssd package of the tfjs backends thins out in its own way; use nms: coco-ssd or backend: onnx',
  });

export type CocoSsdOptions = z.output<typeof options>;

function nearestClass(wrong: string): string {
  const far = (name: string): number => distance(wrong.toLowerCase(), name);
  return [...labelIds.keys()].reduce((best, name) => (far(name) < far(best) ? name : best));
}
