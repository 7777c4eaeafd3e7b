import { z } from 'zod';
import { defineProcessor } from '../../pipeline/index.ts';

/** Hands every record on as it is: what remains is the cost of the runtime and of Kafka. */
export default defineProcessor({
  name: 'pass-through',
  summary: 'Hands every record on as it is.',
  options: z.strictObject({}),
  process: ({ value }) => ({ value }),
});
