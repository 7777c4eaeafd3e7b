import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineProcessor } from '../../pipeline/index.ts';

/** Takes as long for a frame as lets half of 30 a second through. */
export default defineProcessor({
  name: 'slow-detector',
  summary: 'Finds nothing, slowly.',
  options: z.strictObject({ ms: z.number().default(1000 / 15) }),
  process: async ({ value }, { options }) => {
    await sleep(options.ms);
    return { value };
  },
});
