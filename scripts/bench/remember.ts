import { z } from 'zod';
import { defineProcessor } from '../../pipeline/index.ts';

/** Knows every key it is asked for, or its state was not restored. */
export default defineProcessor({
  name: 'remember',
  summary: 'Fails at a key that is not in its store.',
  options: z.strictObject({}),
  stores: { last: { type: 'keyValue' } },
  process: ({ key }, context) => {
    const known = context.store('last').get(String(key));
    if (known === undefined) throw new Error(`key ${String(key)} is not in the store: it was not restored`);
    return { value: 'known' };
  },
});
