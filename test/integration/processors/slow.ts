import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineProcessor } from '../../../pipeline/index.ts';

export default defineProcessor({
  name: 'slow',
  summary: 'Takes its time with every record.',
  options: z.strictObject({ ms: z.int().positive().default(66).describe('Milliseconds a record.') }),
  process: async ({ value }, { options }) => {
    await sleep(options.ms);
    return { value };
  },
});
