import { z } from 'zod';
import { defineSink } from '../../ports/sink.ts';
import { listen } from '../../web/listen.ts';
import { reachableName } from '../../web/loopback.ts';
import { Viewer } from './viewer.ts';

const options = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on; 0.0.0.0 opens the viewer to the network, without a password.'),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('Port to listen on; 0: any free one. Default: 8080, or the next free one.'),
  maxReplays: z.int().min(0).max(100).default(4).describe('Browsers that may replay the topic at the same time.'),
  title: z.string().min(1).max(100).optional().describe('Heading of the page. Default: the topic.'),
});

const codes = { busy: 'SINK_PORT_BUSY', unusable: 'SINK_ADDRESS_UNUSABLE' } as const;

/** Pictures of a topic in any browser, live or from the past. */
export default defineSink({
  name: 'viewer',
  summary: 'A web page with the pictures of the topic: live, as single pictures, or replayed from any time.',
  options,
  mode: 'live',
  async create({ host, port, maxReplays, title }, setup) {
    const viewer = new Viewer({ host, maxReplays, title: title ?? setup.topic }, setup);
    const listening = await listen(viewer.server, { who: `tap "${setup.name}"`, host, port, codes });
    setup.announce(`http://${reachableName(host)}:${listening}/`);
    return viewer;
  },
});
