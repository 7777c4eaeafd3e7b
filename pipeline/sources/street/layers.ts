import type sharp from 'sharp';
import type { Random } from './random.ts';
import { createSprite, type Sprite } from './sprite.ts';
import {
  drawBackdrop,
  drawFarPavement,
  drawHouses,
  drawLaneMarks,
  drawNearPavement,
  drawSkyline,
  SCENE_HEIGHT,
  type StripDrawing,
} from './street-drawing.ts';

type Sharp = typeof sharp;

/** Width after which a moving strip repeats, scene units; wide pictures take longer ones. */
const STRIP_WIDTH = 2400;

/** Speeds in scene units a second: what is farther from the eye passes more slowly. */
export const FAR_SPEED = 64;
export const NEAR_SPEED = 150;
const MOVING: readonly (readonly [StripDrawing, speed: number])[] = [
  [drawSkyline, 10],
  [drawHouses, 48],
  [drawFarPavement, FAR_SPEED],
  [drawLaneMarks, 104],
  [drawNearPavement, NEAR_SPEED],
];

/** A strip that passes by, over and over. */
export interface Layer {
  readonly sprite: Sprite;
  /** Scene units a second. */
  readonly speed: number;
}

/** Width and height of the pictures, pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Draws what stands still, once: `width` x `height` pixels of RGB. */
export async function renderBackdrop(sharp: Sharp, { width, height }: PictureSize, random: Random): Promise<Buffer> {
  const units = (width / height) * SCENE_HEIGHT;
  const svg = strip(drawBackdrop(units, random), { width, height }, units);
  return await sharp(Buffer.from(svg)).removeAlpha().toColourspace('srgb').raw().toBuffer();
}

/** Draws the strips that move, back to front, once. */
export async function renderLayers(sharp: Sharp, size: PictureSize, random: Random): Promise<readonly Layer[]> {
  const scale = size.height / SCENE_HEIGHT;
  const units = Math.max(STRIP_WIDTH, (size.width / scale) * 1.1);
  const width = Math.round(units * scale);
  const layers: Layer[] = [];
  for (const [draw, speed] of MOVING) {
    const svg = strip(draw(units, random), { width, height: size.height }, units);
    layers.push({ speed, sprite: await renderSprite(sharp, svg) });
  }
  return layers;
}

/** A sprite of an SVG, in the size that the SVG names. */
export async function renderSprite(sharp: Sharp, svg: string): Promise<Sprite> {
  const { data, info } = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return createSprite(info.width, info.height, data);
}

function strip(content: string, { width, height }: PictureSize, units: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${units} ${SCENE_HEIGHT}" preserveAspectRatio="none">${content}</svg>`;
}
