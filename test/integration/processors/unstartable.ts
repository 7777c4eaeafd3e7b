import { z } from 'zod';
import { defineProcessor } from '../../../pipeline/index.ts';

export default defineProcessor({
  name: 'unstartable',
  summary: 'Cannot be created.',
  options: z.strictObject({}),
  create: () => {
    throw new Error('no luck');
  },
});
