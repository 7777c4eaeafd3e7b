import { defineProcessor, z } from 'tapline';

/** Makes a page of a visit: without its query, under the key of its visitor. Visits of bots go another way. */
export default defineProcessor({
  name: 'page',
  summary: 'Tells the page of each visit, and sets visits of bots aside.',
  options: z.strictObject({
    bots: z.string().default('bot|crawler|spider').describe('Regular expression that user agents of bots match.'),
  }),
  inputValue: z.object({ visitor: z.string(), path: z.string().startsWith('/'), agent: z.string() }),
  outputValue: z.object({ visitor: z.string(), page: z.string() }),
  outputs: ['bots'],
  process({ value: { visitor, path, agent } }, { options }) {
    const [page = path] = path.split('?');
    const to = new RegExp(options.bots, 'i').test(agent) ? 'bots' : 'default';
    return { to, key: visitor, value: { visitor, page } };
  },
});
