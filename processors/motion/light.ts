import type { Size } from '../../pipeline/index.ts';
import { solve } from './solve.ts';

/** How brightness changed over the whole picture: gain and lift, each a plane across it. */
const TERMS = 6;
const ROUNDS = 3;
/** Every second cell each way is enough for six numbers. */
const STEP = 2;
/** No divisor of common widths, so that the cells of a sample do not stand in columns. */
const EVERY = 7;

/**
 * The background as it would look in the light of the picture: lamps, exposure and clouds change gain and lift slowly
 * across the picture, objects do not. Cells that fit badly are left out of each next round.
 */
export function inLightOf(cells: Float32Array, background: Float32Array, size: Size): Float32Array {
  let lit = background;
  for (let round = 0; round < ROUNDS; round++) {
    const limit = Math.max(4, 2.5 * medianDifference(cells, lit));
    const isAll = round === 0 && limit > 20;
    const factors = fit({ cells, background, lit, limit: isAll ? Infinity : limit }, size);
    if (factors === null) return lit;
    lit = applied(background, factors, size);
  }
  return lit;
}

/** Median of the differences of two rasters, from a part of their cells. */
export function medianDifference(one: Float32Array, other: Float32Array): number {
  const differences = new Float32Array(Math.ceil(one.length / EVERY));
  for (let at = 0, n = 0; at < one.length; at += EVERY, n++)
    differences[n] = Math.abs((one[at] ?? 0) - (other[at] ?? 0));
  differences.sort();
  return differences[differences.length >> 1] ?? 0;
}

interface Fitted {
  readonly cells: Float32Array;
  readonly background: Float32Array;
  readonly lit: Float32Array;
  readonly limit: number;
}

function fit({ cells, background, lit, limit }: Fitted, { width, height }: Size): readonly number[] | null {
  const matrix = Array.from({ length: TERMS }, () => new Float64Array(TERMS + 1));
  const terms = new Float64Array(TERMS);
  let count = 0;
  for (let y = 0; y < height; y += STEP) {
    for (let x = 0; x < width; x += STEP) {
      const at = y * width + x;
      const value = cells[at] ?? 0;
      // what is black or blown out tells nothing of the light
      if (value < 3 || value > 252 || Math.abs(value - (lit[at] ?? 0)) > limit) continue;
      fillTerms(terms, background[at] ?? 0, { x: x / width - 0.5, y: y / height - 0.5 });
      addSample(matrix, terms, value);
      count++;
    }
  }
  return count < TERMS * 20 ? null : solve(matrix);
}

function fillTerms(terms: Float64Array, value: number, { x, y }: { readonly x: number; readonly y: number }): void {
  terms[0] = value;
  terms[1] = value * x;
  terms[2] = value * y;
  terms[3] = 1;
  terms[4] = x;
  terms[5] = y;
}

function addSample(matrix: readonly Float64Array[], terms: Float64Array, value: number): void {
  for (const [index, row] of matrix.entries()) {
    const term = terms[index] ?? 0;
    for (let other = 0; other < TERMS; other++) row[other] = (row[other] ?? 0) + term * (terms[other] ?? 0);
    row[TERMS] = (row[TERMS] ?? 0) + term * value;
  }
}

function applied(background: Float32Array, factors: readonly number[], { width, height }: Size): Float32Array {
  const [gain = 1, gainX = 0, gainY = 0, lift = 0, liftX = 0, liftY = 0] = factors;
  const lit = new Float32Array(background.length);
  for (let y = 0; y < height; y++) {
    const down = y / height - 0.5;
    for (let x = 0; x < width; x++) {
      const across = x / width - 0.5;
      const value = (background[y * width + x] ?? 0) * (gain + gainX * across + gainY * down);
      lit[y * width + x] = Math.min(255, Math.max(0, value + lift + liftX * across + liftY * down));
    }
  }
  return lit;
}
