import { z } from 'zod';
import { defineSink } from '../ports/sink.ts';
import { createFiles } from './files/create-files.ts';

const options = z.strictObject({
  directory: z
    .string()
    .min(1)
    .describe('Where the files go; relative to the folder of the topology file. It is created where it is missing.'),
  format: z
    .enum(['auto', 'pictures', 'jsonl'])
    .default('auto')
    .describe('pictures: a file each; jsonl: a line of JSON each; auto: as the record is.'),
  limit: z
    .int()
    .min(1)
    .optional()
    .describe('Files or lines to keep in one run of the tap; what comes after is left out. Default: no limit.'),
});

/** Keeps records as files: a record that comes twice, after a crash, is kept once. */
export default defineSink({
  name: 'files',
  summary: 'Keeps records as picture files, or as lines of JSON.',
  options,
  mode: 'durable',
  create: createFiles,
});
