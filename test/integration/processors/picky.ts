import { z } from 'zod';
import { defineProcessor, PoisonRecordError } from '../../../pipeline/index.ts';

export default defineProcessor({
  name: 'picky',
  summary: 'Refuses records that say "bad" and fails once on those that say "flaky".',
  options: z.strictObject({}),
  create: () => {
    const tried = new Set<string>();
    return {
      process: ({ value, offset }) => {
        const text = String(value);
        if (text.includes('bad')) throw new PoisonRecordError('PROCESSING_FAILED', `"${text}" is bad`);
        if (text.includes('flaky') && !tried.has(String(offset))) {
          tried.add(String(offset));
          throw new Error('once is not enough');
        }
        return { value: text.toUpperCase() };
      },
    };
  },
});
