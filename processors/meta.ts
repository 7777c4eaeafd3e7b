import { z } from 'zod';
import { defineProcessor, readFrameMeta } from '../pipeline/index.ts';

/** Drops the pixels and makes what is known about the frame the value. */
export default defineProcessor({
  name: 'meta',
  summary: 'Drops the picture of a frame and hands on its frame-meta as a JSON value.',
  options: z.strictObject({}),
  produces: 'records',
  process: (record) => ({
    value: JSON.stringify(readFrameMeta(record.headers)),
    headers: { 'content-type': 'application/json' },
  }),
});
