import { z } from 'zod';

/** Options that all processors with a model of objects have. */
export const detectionOptions = {
  minScore: z.number().min(0).max(1).default(0.5).describe('Leaves out what is found with a lower score.'),
  threads: z.int().positive().max(64).default(1).describe('Worker threads, each with a model of its own.'),
  modelDirectory: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of the weights, relative to the topology file. Default: the cache of models:pull.'),
};
