import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineProcessor, PoisonRecordError } from '../../../pipeline/index.ts';

/** Numbers as values: they take 0 to 30 ms, one in 11 fails at first, one in 500 for good. */
export default defineProcessor({
  name: 'uneven',
  summary: 'Takes longer with some records than with others, and fails with some.',
  options: z.strictObject({}),
  create: () => {
    const tried = new Set<number>();
    return {
      process: async ({ value }) => {
        const number = Number(value);
        await sleep((number * 7919) % 31);
        if (number % 500 === 7) throw new PoisonRecordError('PROCESSING_FAILED', `${number} is bad`);
        if (number % 11 === 0 && !tried.has(number)) {
          tried.add(number);
          throw new Error('once is not enough');
        }
        return { value };
      },
    };
  },
});
