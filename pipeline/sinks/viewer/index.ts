import { z } from 'zod';
import { defineSink } from '../../ports/sink.ts';
import { openPage, pageOptions } from '../page-options.ts';
import { Viewer } from './viewer.ts';

const options = z.strictObject({
  ...pageOptions,
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on; 0.0.0.0 opens the viewer to the network: give it a token then.'),
  maxReplays: z.int().min(0).max(100).default(4).describe('Browsers that may replay the topic at the same time.'),
});

/** Pictures of a topic in any browser, live or from the past. */
export default defineSink({
  name: 'viewer',
  summary: 'A web page with the pictures of the topic: live, as single pictures, or replayed from any time.',
  options,
  mode: 'live',
  async create({ host, port, token, maxReplays, title }, setup) {
    const viewer = new Viewer({ host, token, maxReplays, title: title ?? setup.topic }, setup);
    await openPage(viewer, { host, port }, setup);
    return viewer;
  },
});
