import type { Size } from '../../../pipeline/index.ts';

/** Side of the picture the network looks at, pixels. */
export const INPUT_SIDE = 300;

/** Where the pixels of one axis of the small picture lie in the large one. */
interface Taps {
  /** Offset in bytes of the pixel before. */
  readonly low: Int32Array;
  /** Offset in bytes of the pixel after; the same at the edge. */
  readonly high: Int32Array;
  /** How near the pixel after is, 0..1. */
  readonly nearness: Float32Array;
}

export type Resize = (pixels: Uint8Array, size: Size) => Float32Array;

/**
 * Makes the function that scales rgb24 to the network's input: 300x300, planar (all red, all green, all blue), -1..1.
 * Bilinear without half-pixel centres, as the model was made; another way of scaling moves its scores by hundredths.
 * The returned array is overwritten by the next call.
 */
export function createResize(): Resize {
  const planar = new Float32Array(3 * INPUT_SIDE * INPUT_SIDE);
  let known: { readonly size: Size; readonly rows: Taps; readonly columns: Taps } | undefined;
  return (pixels, { width, height }) => {
    if (known?.size.width !== width || known.size.height !== height) {
      known = { size: { width, height }, rows: tapsOf(height, width * 3), columns: tapsOf(width, 3) };
    }
    const { rows, columns } = known;
    for (let y = 0; y < INPUT_SIDE; y++) resizeRow(pixels, { rows, columns, y }, planar);
    return planar;
  };
}

function tapsOf(length: number, stride: number): Taps {
  const low = new Int32Array(INPUT_SIDE);
  const high = new Int32Array(INPUT_SIDE);
  const nearness = new Float32Array(INPUT_SIDE);
  for (let index = 0; index < INPUT_SIDE; index++) {
    const place = Math.fround(index * Math.fround(length / INPUT_SIDE));
    const before = Math.floor(place);
    low[index] = before * stride;
    high[index] = Math.min(before + 1, length - 1) * stride;
    nearness[index] = place - before;
  }
  return { low, high, nearness };
}

interface Row {
  readonly rows: Taps;
  readonly columns: Taps;
  readonly y: number;
}

/** Indexes are in range by construction: the `?? 0` of each read only satisfies the compiler. */
function resizeRow(pixels: Uint8Array, { rows, columns, y }: Row, planar: Float32Array): void {
  const plane = INPUT_SIDE * INPUT_SIDE;
  const top = rows.low[y] ?? 0;
  const bottom = rows.high[y] ?? 0;
  const down = rows.nearness[y] ?? 0;
  for (let x = 0; x < INPUT_SIDE; x++) {
    const left = columns.low[x] ?? 0;
    const right = columns.high[x] ?? 0;
    const along = columns.nearness[x] ?? 0;
    for (let channel = 0; channel < 3; channel++) {
      const topLeft = pixels[top + left + channel] ?? 0;
      const bottomLeft = pixels[bottom + left + channel] ?? 0;
      const above = topLeft + ((pixels[top + right + channel] ?? 0) - topLeft) * along;
      const below = bottomLeft + ((pixels[bottom + right + channel] ?? 0) - bottomLeft) * along;
      planar[channel * plane + y * INPUT_SIDE + x] = (above + (below - above) * down) * (2 / 255) - 1;
    }
  }
}
