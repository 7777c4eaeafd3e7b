import { z } from 'zod';
import { jsonataOption } from '../../expression/jsonata-option.ts';
import { defineSink } from '../../ports/sink.ts';
import { duration } from '../../topology/duration.ts';
import { isGuarded, UNGUARDED } from '../../web/network-options.ts';
import { beginning, fromOption, openPage, pageOptions } from '../page-options.ts';
import { PlotPage } from './plot-page.ts';

const options = z
  .strictObject({
    ...pageOptions,
    y: z
      .union([
        jsonataOption,
        z.record(z.string().min(1).max(60), jsonataOption).refine((named) => Object.keys(named).length > 0, {
          error: 'must have an expression at least',
        }),
      ])
      .describe('JSONata that gives the number to plot, or several under names: each makes lines of its own.'),
    x: jsonataOption
      .optional()
      .describe('JSONata that gives the time: an ISO time or milliseconds. Default: the timestamp of the record.'),
    line: jsonataOption
      .optional()
      .describe('JSONata that gives the name of the line a record belongs to. Default: its key.'),
    unit: z.string().max(20).default('').describe('What is behind the numbers, such as °C.'),
    thresholds: z
      .record(z.string().min(1).max(60), z.number())
      .default({})
      .describe('Numbers that are drawn as dashed lines, each under its name.'),
    span: duration('1s', '30d').prefault('15m').describe('How much time the plot shows at first.'),
    silentAfter: duration('10ms', '30d')
      .optional()
      .describe(
        'After how long without a value a line is silent: it is broken there, and said to be. Default: five times its usual interval.',
      ),
    from: fromOption
      .default('-1h')
      .describe('Where the topic is read from at every start: earliest, latest, a time before now, or an ISO time.'),
    points: z.int().min(10).max(100_000).default(3600).describe('Points kept of each line; older ones leave the plot.'),
    lines: z.int().min(1).max(100).default(24).describe('Lines kept; of more, the one silent longest leaves the plot.'),
  })
  .refine(isGuarded, UNGUARDED);

/** Values over time in any browser. */
export default defineSink({
  name: 'plot',
  summary:
    'A web page that plots numbers of the records over time, a line for each key, live; it shows them again after a restart.',
  options,
  mode: 'history',
  begins: ({ from }, nowMs) => beginning(from, nowMs),
  async create({ title, silentAfter, ...settings }, setup) {
    const page = new PlotPage({ ...settings, silentAfter: silentAfter ?? null, title: title ?? setup.topic }, setup);
    await openPage(page.server, settings, setup);
    return page;
  },
});
