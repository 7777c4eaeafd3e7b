import type sharp from 'sharp';
import type { Bbox } from '../../frame/frame-meta.ts';
import { FAR_SPEED, NEAR_SPEED, renderSprite, type PictureSize } from './layers.ts';
import type { Random } from './random.ts';
import type { Sprite } from './sprite.ts';
import { stopSignSvg } from './stop-sign-drawing.ts';
import { SCENE_HEIGHT } from './street-drawing.ts';

/**
 * Two rows of signs, one on each pavement, in scene units. Their octagons share no height, so that none hides another;
 * sizes are such that a detector of 300x300 pixels still reads them.
 */
const ROWS = [
  { speed: FAR_SPEED, centreY: 402, sizes: [170, 192], foot: 536 },
  { speed: NEAR_SPEED, centreY: 162, sizes: [200, 246], foot: 716 },
] as const;
/** From one sign to the next of its row, at least. */
const SPACING = 400;
/** Share of a sign that must be in the picture to count as visible. */
const MOSTLY = 0.8;

/** A sign on its pole. */
export interface Sign {
  readonly sprite: Sprite;
  /** Side of the octagon's square, pixels. */
  readonly size: number;
  readonly top: number;
  readonly speed: number;
  /** Scene units from the left end of its round at time 0, and the length of the round. */
  readonly start: number;
  readonly round: number;
}

/** Draws the signs of a street, far ones first, each once. */
export async function renderSigns(
  sharpModule: typeof sharp,
  { count, random, ...picture }: PictureSize & { readonly count: number; readonly random: Random },
): Promise<readonly Sign[]> {
  const scale = picture.height / SCENE_HEIGHT;
  const signs: Sign[] = [];
  for (const [index, row] of ROWS.entries()) {
    const inRow = index === 0 ? Math.ceil(count / 2) : Math.floor(count / 2);
    const round = Math.max(picture.width / scale + row.sizes[1], inRow * SPACING);
    const shift = random.between(0, round);
    for (let place = 0; place < inRow; place++) {
      const size = Math.round(random.between(row.sizes[0], row.sizes[1]) * scale);
      const top = Math.round(row.centreY * scale - size / 2);
      const sprite = await renderSprite(sharpModule, stopSignSvg(size, Math.round(row.foot * scale) - top));
      const start = shift + ((place + random.between(0, 0.2)) * round) / inRow;
      signs.push({ sprite, size, top, speed: row.speed, start, round });
    }
  }
  return signs;
}

/** Left edge of a sign at a time, whole pixels; it leaves on the left and comes back on the right. */
export function leftEdge({ start, round, speed, size }: Sign, seconds: number, scale: number): number {
  const passed = (start - speed * seconds) % round;
  return Math.round((passed < 0 ? passed + round : passed) * scale) - size;
}

/** The part of the octagon inside the picture, or null where that is not most of it. */
export function visibleBox({ size, top }: Sign, left: number, { width, height }: PictureSize): Bbox | null {
  const [x, y] = [Math.max(0, left), Math.max(0, top)];
  const [wide, high] = [Math.min(width, left + size) - x, Math.min(height, top + size) - y];
  return wide < size * MOSTLY || high < size * MOSTLY ? null : [x, y, wide, high];
}
