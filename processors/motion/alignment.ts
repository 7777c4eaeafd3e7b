import type { Raster } from './raster.ts';

/** Whole cells by which one raster is displaced against another. */
export interface Shift {
  readonly x: number;
  readonly y: number;
}

/** Only every third cell each way is compared: enough to tell shifts apart. */
const STEP = 3;
/** Another shift must fit this much better than none, or noise would shake a camera that stands still. */
const BETTER = 0.95;

/** The shift, `reach` cells at most each way, under which a raster fits the background best. */
export function findShift(raster: Raster, background: Float32Array, reach: number): Shift {
  let best: Shift = { x: 0, y: 0 };
  const unmoved = misfit(raster, background, best);
  let least = unmoved * BETTER;
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const found = misfit(raster, background, { x, y });
      if (found >= least) continue;
      least = found;
      best = { x, y };
    }
  }
  return best;
}

/** The raster as it would be without the shift; its rim repeats the last cells there are. */
export function alignedCells({ cells, width, height }: Raster, { x: byX, y: byY }: Shift): Float32Array {
  if (byX === 0 && byY === 0) return cells;
  const aligned = new Float32Array(cells.length);
  for (let y = 0; y < height; y++) {
    const row = clamp(y + byY, height) * width;
    for (let x = 0; x < width; x++) aligned[y * width + x] = cells[row + clamp(x + byX, width)] ?? 0;
  }
  return aligned;
}

/**
 * Mean difference of slopes along both axes, not of brightness: light that changes all over the picture must not be
 * taken for a shake. Large differences, which are objects, count little.
 */
function misfit({ cells, width, height }: Raster, background: Float32Array, { x: byX, y: byY }: Shift): number {
  const rim = 1 + Math.max(Math.abs(byX), Math.abs(byY));
  let sum = 0;
  let count = 0;
  for (let y = rim; y < height - rim; y += STEP) {
    for (let x = rim; x < width - rim; x += STEP) {
      const there = y * width + x;
      const here = there + byY * width + byX;
      const across = slope(cells, here, 1) - slope(background, there, 1);
      const down = slope(cells, here, width) - slope(background, there, width);
      sum += Math.min(40, Math.abs(across) + Math.abs(down));
      count++;
    }
  }
  return sum / Math.max(1, count);
}

function slope(cells: Float32Array, at: number, stride: number): number {
  return (cells[at + stride] ?? 0) - (cells[at - stride] ?? 0);
}

function clamp(value: number, limit: number): number {
  return Math.min(limit - 1, Math.max(0, value));
}
