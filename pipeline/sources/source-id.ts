import { z } from 'zod';

/** Option `sourceId` of every source that has one. */
export const sourceIdOption = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: 'must be letters, digits, ".", "_" and "-", at most 100' })
  .optional()
  .describe('Record key and identity of the source. Default: the name of the source in the topology.');

/** Option `quality` of sources that encode JPEGs. */
export const jpegQualityOption = z.int().min(1).max(100).describe('JPEG quality, 1 to 100.');
