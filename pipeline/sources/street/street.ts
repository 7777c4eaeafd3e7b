import type sharp from 'sharp';
import type { FrameMeta } from '../../frame/frame-meta.ts';
import { renderBackdrop, renderLayers, type PictureSize } from './layers.ts';
import { createRandom } from './random.ts';
import { leftEdge, renderSigns, visibleBox } from './signs.ts';
import { drawSprite } from './sprite.ts';
import { SCENE_HEIGHT } from './street-drawing.ts';

/** A street as seen from a car that drives along it, or from a window. */
export interface StreetOptions extends PictureSize {
  /** What moves: the camera, past all that is there; or the signs, carried past a camera that stands still. */
  readonly moves: 'camera' | 'signs';
  /** Signs on its pavements. */
  readonly signs: number;
  /** The same seed gives the same street. */
  readonly seed: number;
}

/** A sign that is visible as a whole or nearly so: `bbox` is its visible part. */
export type TrueObject = NonNullable<FrameMeta['truth']>['objects'][number];

/** A street that can be looked at at any time. */
export interface Street {
  /** 8-bit RGB, row by row; the next call draws over it. */
  readonly rgb: Buffer;
  /** Draws the street as it is `seconds` after the start, and tells what is in the picture. */
  draw(seconds: number): TrueObject[];
}

/** Draws all parts of a street once, so that each later picture is but copied together. */
export async function createStreet(sharpModule: typeof sharp, options: StreetOptions): Promise<Street> {
  const { width, height, signs: count, seed, moves } = options;
  const random = createRandom(seed);
  const backdrop = await renderBackdrop(sharpModule, options, random);
  const layers = await renderLayers(sharpModule, options, random);
  const signs = await renderSigns(sharpModule, { width, height, count, random });
  const scale = height / SCENE_HEIGHT;
  const rgb = Buffer.from(backdrop);
  const canvas = { width, height, rgb };
  return {
    rgb,
    draw: (seconds) => {
      backdrop.copy(rgb);
      for (const { sprite, speed } of layers) {
        const passed = moves === 'camera' ? speed * seconds : 0;
        const x = -(Math.round(passed * scale) % sprite.width);
        drawSprite(canvas, sprite, { x, y: 0 });
        drawSprite(canvas, sprite, { x: x + sprite.width, y: 0 });
      }
      return signs.flatMap((sign) => {
        const x = leftEdge(sign, seconds, scale);
        drawSprite(canvas, sign.sprite, { x, y: sign.top });
        const bbox = visibleBox(sign, x, options);
        return bbox ? [{ label: 'stop sign', bbox }] : [];
      });
    },
  };
}
