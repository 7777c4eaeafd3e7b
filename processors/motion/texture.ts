import type { Size } from '../../pipeline/index.ts';
import type { Region } from './regions.ts';

interface Pictured {
  readonly cells: Float32Array;
  /** The background in the light of the picture. */
  readonly lit: Float32Array;
}

/** Standard deviation from which on a background has a pattern to be known again by. */
const PATTERN = 6;
/** Correlation from which on it is the same pattern. */
const SAME = 0.9;
/** Change from one cell to the next that an edge makes and the falling off of light does not. */
const EDGE = 5;
/** An object has edges along at least this share of the length of its box. */
const LEAST_EDGES = 0.25;

/**
 * Whether a region shows its background in other light rather than an object before it: the pattern is still there, or
 * it has no edges.
 */
export function isOtherLight(region: Region, pictured: Pictured, size: Size): boolean {
  return hasSamePattern(region, pictured) || !hasEdges(region, pictured, size);
}

function hasSamePattern({ cells: places }: Region, { cells, lit }: Pictured): boolean {
  const count = places.length;
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0];
  for (const at of places) {
    const a = cells[at] ?? 0;
    const b = lit[at] ?? 0;
    sumA += a;
    sumB += b;
    sumAA += a * a;
    sumBB += b * b;
    sumAB += a * b;
  }
  const varianceA = sumAA / count - (sumA / count) ** 2;
  const varianceB = sumBB / count - (sumB / count) ** 2;
  if (varianceA < PATTERN ** 2 || varianceB < PATTERN ** 2) return false;
  return (sumAB / count - (sumA / count) * (sumB / count)) / Math.sqrt(varianceA * varianceB) > SAME;
}

function hasEdges({ left, top, right, bottom }: Region, { cells, lit }: Pictured, { width, height }: Size): boolean {
  const residual = (x: number, y: number): number => {
    const at = y * width + x;
    return (cells[at] ?? 0) - (lit[at] ?? 0);
  };
  let edges = 0;
  for (let y = Math.max(0, top - 1); y < Math.min(height - 1, bottom + 1); y++) {
    for (let x = Math.max(0, left - 1); x < Math.min(width - 1, right + 1); x++) {
      const here = residual(x, y);
      if (Math.max(Math.abs(residual(x + 1, y) - here), Math.abs(residual(x, y + 1) - here)) > EDGE) edges++;
    }
  }
  return edges >= LEAST_EDGES * 2 * (right - left + bottom - top);
}
