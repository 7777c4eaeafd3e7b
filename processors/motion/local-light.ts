import type { Size } from '../../pipeline/index.ts';

/** Half the side of the surroundings of a cell, as a share of the longer side: light changes slowly across so much. */
const REACH = 0.07;
/** Makes ratios of dark cells, which are mostly noise, tend to 1. */
const DARK = 8;
/** Of a cell's surroundings at least this share must be background to tell its light. */
const FEWEST = 0.3;
const ROUNDS = 3;

/**
 * The background in the light each place has, such as that of a lamp on a part of the scene: brightness there is to the
 * background as it is around it. Cells that differ even so are objects, and left out of each next round.
 */
export function inLocalLight(
  cells: Float32Array,
  background: Float32Array,
  given: { size: Size; limit: number },
): Float32Array {
  const { size, limit } = given;
  const counted = new Uint8Array(cells.length).fill(1);
  let lit = background;
  for (let round = 0; round < ROUNDS; round++) {
    lit = relit({ cells, background, counted }, size);
    for (let at = 0; at < cells.length; at++) counted[at] = Math.abs((cells[at] ?? 0) - (lit[at] ?? 0)) > limit ? 0 : 1;
  }
  return lit;
}

interface Sums {
  readonly cells: Float32Array;
  readonly background: Float32Array;
  readonly counted: Uint8Array;
}

function relit({ cells, background, counted }: Sums, size: Size): Float32Array {
  const reach = Math.max(2, Math.round(REACH * Math.max(size.width, size.height)));
  const here = surroundings((at) => (counted[at] === 1 ? (cells[at] ?? 0) + DARK : 0), size, reach);
  const usual = surroundings((at) => (counted[at] === 1 ? (background[at] ?? 0) + DARK : 0), size, reach);
  const count = surroundings((at) => counted[at] ?? 0, size, reach);
  const fewest = FEWEST * (2 * reach + 1) ** 2;
  return background.map((value, at) => {
    if ((count[at] ?? 0) < fewest) return value;
    const gain = (here[at] ?? 0) / (usual[at] ?? 1);
    return Math.min(255, Math.max(0, (value + DARK) * gain - DARK));
  });
}

/** Sums of a value over the square around each cell, as far as it is in the picture: by a table of sums from the corner. */
function surroundings(valueAt: (at: number) => number, { width, height }: Size, reach: number): Float64Array {
  const stride = width + 1;
  const table = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += valueAt(y * width + x);
      table[(y + 1) * stride + x + 1] = (table[y * stride + x + 1] ?? 0) + row;
    }
  }
  const sums = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    const top = Math.max(0, y - reach) * stride;
    const bottom = Math.min(height, y + reach + 1) * stride;
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - reach);
      const right = Math.min(width, x + reach + 1);
      sums[y * width + x] =
        (table[bottom + right] ?? 0) -
        (table[top + right] ?? 0) -
        (table[bottom + left] ?? 0) +
        (table[top + left] ?? 0);
    }
  }
  return sums;
}
