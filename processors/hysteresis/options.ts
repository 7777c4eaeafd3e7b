import { z } from 'zod';
import { duration } from '../../pipeline/index.ts';
import { jsonataOption } from '../expression/jsonata-option.ts';

/** Options of `hysteresis`. */
export const options = z
  .strictObject({
    value: jsonataOption.describe(
      'JSONata over the JSON value of the record that gives a number; records where it gives nothing or null do not count.',
    ),
    high: z
      .strictObject({
        above: z.number().describe('A key is high when its value is greater than this.'),
        below: z.number().describe('It is high until its value is less than this.'),
      })
      .refine(({ above, below }) => below <= above, { error: 'must not be greater than above', path: ['below'] })
      .optional()
      .describe('`{ above: 30, below: 28 }`: high from above 30 on, and until it falls below 28. Default: never high.'),
    low: z
      .strictObject({
        below: z.number().describe('A key is low when its value is less than this.'),
        above: z.number().describe('It is low until its value is greater than this.'),
      })
      .refine(({ above, below }) => below <= above, { error: 'must not be less than below', path: ['above'] })
      .optional()
      .describe('`{ below: 5, above: 7 }`: low from below 5 on, and until it rises above 7. Default: never low.'),
    for: duration('0ms', '365d')
      .prefault('0s')
      .describe(
        'How long a key must have been in another state, by the timestamps of its records, before that is told; the first record after that tells it.',
      ),
  })
  .superRefine(({ high, low }, context) => {
    const say = (path: readonly string[], message: string): void => {
      context.addIssue({ code: 'custom', path: [...path], message });
    };
    if (!high && !low) say([], 'must have high or low, such as high: { above: 30, below: 28 }');
    if (high && low && low.below > high.above) say(['low', 'below'], 'must not be greater than high.above');
  });

export type HysteresisOptions = z.output<typeof options>;
