import { z } from 'zod';
import { duration } from '../../pipeline/index.ts';
import { areaOption, zonesOption } from '../scene/area.ts';

/** The options of motion. */
export const options = z.strictObject({
  minArea: z
    .number()
    .positive()
    .max(1)
    .default(0.001)
    .describe('Smallest share of the picture that must have changed in one place to count.'),
  threshold: z
    .int()
    .min(4)
    .max(128)
    .default(16)
    .describe('Grey levels of 256 a place must differ by; it rises by itself with the noise of the camera.'),
  zones: zonesOption
    .optional()
    .describe('Named areas to watch, each the corners [x, y] of a rectangle (two) or a polygon, 0 to 1. Default: all.'),
  masks: z.array(areaOption).default([]).describe('Areas to look away from: a clock in the picture, a tree, a road.'),
  learn: duration('1s', '1h')
    .prefault('10s')
    .describe('What stands still for about so long belongs to the background.'),
  warmUp: duration('0ms', '1m').prefault('1s').describe('How long it only learns when it begins.'),
  shake: z
    .number()
    .min(0)
    .max(0.1)
    .default(0.02)
    .describe('Largest displacement of a shaking camera, as a share of the width, that is made up for.'),
  detail: z
    .int()
    .min(32)
    .max(640)
    .default(160)
    .describe('Longer side of the raster that is compared, in cells: more sees smaller things and costs more.'),
});

export type MotionOptions = z.output<typeof options>;
