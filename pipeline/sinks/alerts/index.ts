import { z } from 'zod';
import { defineSink } from '../../ports/sink.ts';
import { isGuarded, UNGUARDED } from '../../web/network-options.ts';
import { beginning, fromOption, openPage, pageOptions } from '../page-options.ts';
import { AlertsPage } from './alerts-page.ts';

const options = z
  .strictObject({
    ...pageOptions,
    from: fromOption
      .default('-7d')
      .describe('Where the topic is read from at every start: earliest, latest, a time before now, or an ISO time.'),
    keep: z.int().min(1).max(10_000).default(200).describe('Alerts on the page; older ones leave it, not the topic.'),
  })
  .refine(isGuarded, UNGUARDED);

/** The alerts of a topic in any browser, with their pictures. */
export default defineSink({
  name: 'alerts',
  summary:
    'A web page with the alerts of the topic, the latest first, as they start, go on and end, with the pictures inside them; it shows them again after a restart.',
  options,
  mode: 'history',
  begins: ({ from }, nowMs) => beginning(from, nowMs),
  async create({ title, ...settings }, setup) {
    const page = new AlertsPage({ ...settings, title: title ?? setup.topic }, setup);
    await openPage(page.server, settings, setup);
    return page;
  },
});
