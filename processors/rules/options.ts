import { z } from 'zod';
import { duration } from '../../pipeline/index.ts';
import { zonesOption } from '../scene/area.ts';
import { scheduleOption, timeZoneOption } from './schedule.ts';

const label = z.string().min(1);

const rule = z.strictObject({
  label: z
    .union([label, z.array(label).nonempty()])
    .optional()
    .describe('What is looked for, one label or several: person, motion, [dog, cat]. Default: everything.'),
  minScore: z.number().min(0).max(1).default(0.5).describe('Passes over what was found with a lower score.'),
  zone: z
    .string()
    .min(1)
    .optional()
    .describe('Where: the middle of the lower side of its box must be in this zone. Default: anywhere.'),
  for: duration('0ms', '1h').prefault('1s').describe('How long it must have been there.'),
  patience: duration('0ms', '10m')
    .prefault('2s')
    .describe('How long it may be out of sight and still count as there; after that, an alert ends.'),
  coolDown: duration('0ms', '7d').prefault('30s').describe('How long after an alert no other one starts.'),
  update: duration('1s', '1h').prefault('10s').describe('How often an alert that lasts is told again.'),
  schedule: scheduleOption.optional().describe('When. Default: always.'),
});

/** The options of rules. */
export const options = z
  .strictObject({
    rules: z
      .record(z.string().regex(/^[\w-]+$/), rule)
      .refine((rules) => Object.keys(rules).length > 0, { error: 'must have a rule at least' })
      .describe('What is to be told, each rule under its name.'),
    zones: zonesOption
      .optional()
      .describe(
        'Named areas, each the corners [x, y] of a rectangle (two) or a polygon, 0 to 1. Default: the zones the objects have.',
      ),
    timeZone: timeZoneOption.default('UTC').describe('By whose clocks schedules are read, such as Europe/Berlin.'),
    pictures: z
      .union([z.boolean(), z.enum(['inside', 'both'])])
      .default(false)
      .describe(
        'The best picture of each alert. true: written to the output `pictures`, when it starts and, if there is a better one, when it ends; inside: in every alert, as `picture: { contentType, data }` with its bytes in base64; both.',
      ),
  })
  .superRefine(({ rules, zones }, context) => {
    for (const [name, { zone }] of Object.entries(rules)) {
      if (zone === undefined || zones === undefined || zone in zones) continue;
      const known = Object.keys(zones).join(', ');
      context.addIssue({
        code: 'custom',
        path: ['rules', name, 'zone'],
        message: `must be one of the zones: ${known}`,
      });
    }
  });

export type RulesOptions = z.output<typeof options>;
export type Rule = RulesOptions['rules'][string];
