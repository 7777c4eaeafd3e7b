import type { FrameMeta } from '../../pipeline/frame/frame-meta.ts';
import { isColour, type Pixels } from './chromium.ts';

/** Lines and their JPEG edges are within so many pixels of where the box is. */
const REACH_PX = 3;
const STEPS = 24;
const TOLERANCE = 60;

/**
 * Share of the points along the left and right edges of the true boxes that are painted in a colour. The picture fills
 * the painted area as `object-fit: contain` does.
 */
export function shareOfEdgesPainted(pixels: Pixels, { frame, truth }: FrameMeta, colour: readonly number[]): number {
  const { width = 1, height = 1 } = frame;
  const scale = Math.min(pixels.width / width, pixels.height / height);
  const [left, top] = [(pixels.width - width * scale) / 2, (pixels.height - height * scale) / 2];
  const points = (truth?.objects ?? []).flatMap(({ bbox: [x, y, boxWidth, boxHeight] }) =>
    [x, x + boxWidth]
      .filter((edge) => edge > REACH_PX && edge < width - REACH_PX)
      .flatMap((edge) =>
        Array.from({ length: STEPS }, (_, step) => ({
          x: left + edge * scale,
          y: top + (y + (boxHeight * (step + 1)) / (STEPS + 1)) * scale,
        })),
      ),
  );
  const painted = points.filter((point) => isPaintedNear(pixels, point, colour)).length;
  return painted / points.length;
}

function isPaintedNear({ data, width }: Pixels, point: { x: number; y: number }, colour: readonly number[]): boolean {
  const row = Math.round(point.y) * width;
  for (let x = Math.round(point.x) - REACH_PX; x <= point.x + REACH_PX; x++)
    if (isColour(data, (row + x) * 3, { colour, tolerance: TOLERANCE })) return true;
  return false;
}
