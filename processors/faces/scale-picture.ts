import type { Size } from '../../pipeline/index.ts';

/** Side of the squares the network divides its picture into, pixels. */
export const CELL_SIDE = 32;

/** What the network was taught to subtract from red, green and blue. */
const MEANS = [117.001, 114.697, 97.404] as const;

/** A picture as the network wants it. */
export interface ScaledPicture {
  /** All red, all green, all blue. Overwritten when the next picture is scaled. */
  readonly planar: Float32Array;
  readonly size: Size;
  /** Pixels of this picture for one of the original. */
  readonly scale: number;
}

export type ScalePicture = (pixels: Uint8Array, size: Size) => ScaledPicture;

/**
 * Makes the function that scales rgb24 bilinearly so that its longer side is `inputSize`, and fills it up with black to
 * whole cells at the right and at the bottom.
 */
export function createScaling(inputSize: number): ScalePicture {
  let planar = new Float32Array(0);
  return (pixels, { width, height }) => {
    const scale = inputSize / Math.max(width, height);
    const inner = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
    const size = { width: toWholeCells(inner.width), height: toWholeCells(inner.height) };
    const plane = size.width * size.height;
    if (planar.length !== 3 * plane) planar = new Float32Array(3 * plane);
    MEANS.forEach((mean, channel) => planar.fill(-mean / 255, channel * plane, (channel + 1) * plane));
    const columns = tapsOf(inner.width, width, scale);
    const rows = tapsOf(inner.height, height, scale);
    for (const [y, row] of rows.entries()) {
      for (const [x, column] of columns.entries()) {
        MEANS.forEach((mean, channel) => {
          const at = (line: number, place: number): number => pixels[(line * width + place) * 3 + channel] ?? 0;
          const above = mixed(at(row.low, column.low), at(row.low, column.high), column.nearness);
          const below = mixed(at(row.high, column.low), at(row.high, column.high), column.nearness);
          planar[channel * plane + y * size.width + x] = (mixed(above, below, row.nearness) - mean) / 255;
        });
      }
    }
    return { planar, size, scale };
  };
}

function toWholeCells(length: number): number {
  return Math.ceil(length / CELL_SIDE) * CELL_SIDE;
}

/** Where a pixel of one axis lies between two of the original. */
interface Tap {
  readonly low: number;
  readonly high: number;
  /** How near the second is, 0..1. */
  readonly nearness: number;
}

function tapsOf(length: number, original: number, scale: number): readonly Tap[] {
  return Array.from({ length }, (_, index) => {
    const place = Math.min(index / scale, original - 1);
    const low = Math.floor(place);
    return { low, high: Math.min(low + 1, original - 1), nearness: place - low };
  });
}

function mixed(first: number, second: number, nearness: number): number {
  return first + (second - first) * nearness;
}
