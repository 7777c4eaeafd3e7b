import { z } from 'zod';
import type { Size } from '../../pipeline/index.ts';

const share = z.number({ error: 'must be from 0 to 1, a share of the picture' }).min(0).max(1);
const point = z.tuple([share, share]);

/** A part of the picture in shares of its width and height, so that it holds for every size. */
export const areaOption = z
  .array(point)
  .min(2)
  .meta({ title: 'area' })
  .describe('Corners [x, y], 0 to 1 from the top left: two opposite ones of a rectangle, or all of a polygon.');

export const zonesOption = z.record(z.string().min(1), areaOption);

export type Point = readonly [x: number, y: number];
export type Area = readonly Point[];
export type Zones = Readonly<Record<string, Area>>;

/** Whether a point, in shares of the picture, lies in an area; of a polygon that crosses itself, by the even-odd rule. */
export function isInside(area: Area, [x, y]: Point): boolean {
  const corners = cornersOf(area);
  let inside = false;
  for (const [index, [x1, y1]] of corners.entries()) {
    const [x2, y2] = corners[(index + 1) % corners.length] ?? [x1, y1];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

/** One byte a cell of a raster: 1 where its centre lies in any of the areas. */
export function cellsInside(areas: readonly Area[], { width, height }: Size): Uint8Array {
  const cells = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const centre: Point = [(x + 0.5) / width, (y + 0.5) / height];
      if (areas.some((area) => isInside(area, centre))) cells[y * width + x] = 1;
    }
  }
  return cells;
}

function cornersOf(area: Area): Area {
  const [first, second] = area;
  if (area.length !== 2 || !first || !second) return area;
  return [first, [second[0], first[1]], second, [first[0], second[1]]];
}
