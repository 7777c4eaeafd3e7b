import { existsSync } from 'node:fs';
import { z } from 'zod';
import { defineProcessor, PoisonRecordError } from '../../../pipeline/index.ts';

export default defineProcessor({
  name: 'mendable',
  summary: 'Refuses records that say "bad" until a file is there.',
  options: z.strictObject({ mendedBy: z.string().describe('The file.') }),
  process: ({ value }, { options }) => {
    const text = String(value);
    if (!text.includes('bad') || existsSync(options.mendedBy)) return { value: text.toUpperCase() };
    throw new PoisonRecordError('PROCESSING_FAILED', `"${text}" is bad`);
  },
});
