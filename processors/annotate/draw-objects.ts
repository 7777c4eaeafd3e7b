import type { Bbox, DetectedObject } from '../../pipeline/index.ts';
import { sidesOf, type Canvas, type Rectangle } from './canvas.ts';
import { LabelPlaces } from './label-places.ts';
import type { LabelSprites } from './label-sprites.ts';
import { classColour } from './palette.ts';

export interface LabelStyle {
  readonly showLabels: boolean;
  readonly showScores: boolean;
}

/** Size of type in pixels: grows slower than the picture, since large pictures are mostly looked at scaled down. */
export function typeSize({ width, height }: { readonly width: number; readonly height: number }): number {
  const shown = Math.min(width, (height * 16) / 9);
  return Math.round(Math.min(160, Math.max(9, 0.255 * shown ** 0.62)));
}

/** Draws a box and a label for each object; the surest ones get the best places and lie on top. */
export function drawObjects(
  canvas: Canvas,
  objects: readonly DetectedObject[],
  { sprites, style, line }: { sprites: LabelSprites; style: LabelStyle; line: number },
): void {
  const surestFirst = objects.toSorted((a, b) => b.score - a.score);
  for (const { bbox, labelId } of surestFirst.toReversed()) {
    const box = wholePixels(bbox);
    const halo = { x: box.x - 1, y: box.y - 1, width: box.width + 2, height: box.height + 2 };
    for (const side of sidesOf(halo, 1)) canvas.darken(side);
    for (const side of sidesOf(box, line)) canvas.fill(side, classColour(labelId));
  }
  if (!style.showLabels && !style.showScores) return;
  const places = new LabelPlaces(canvas);
  const labels = surestFirst.map((object) => {
    const sprite = sprites.label(labelText(object, style), classColour(object.labelId));
    return { sprite, place: places.placeAt(wholePixels(object.bbox), { width: sprite.width, height: sprite.height }) };
  });
  for (const { sprite, place } of labels.toReversed()) canvas.copy(sprite, place.x, place.y);
}

function labelText({ label, score, trackId }: DetectedObject, { showLabels, showScores }: LabelStyle): string {
  const name = trackId === null ? label : `${label} #${trackId}`;
  const percent = `${Math.round(score * 100)}%`;
  return [...(showLabels ? [name] : []), ...(showScores ? [percent] : [])].join(' ');
}

function wholePixels([x, y, width, height]: Bbox): Rectangle {
  const left = Math.round(x);
  const top = Math.round(y);
  return { x: left, y: top, width: Math.round(x + width) - left, height: Math.round(y + height) - top };
}
