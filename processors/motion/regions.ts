import type { Size } from '../../pipeline/index.ts';

/** Marked cells that belong together. */
export interface Region {
  /** Indexes of its cells. */
  readonly cells: readonly number[];
  readonly left: number;
  readonly top: number;
  /** First column and row behind it. */
  readonly right: number;
  readonly bottom: number;
}

/** Marked cells with fewer marked neighbours than this are specks. */
const FEWEST_NEIGHBOURS = 2;
/** Marks at most so many cells apart are one region: objects, mostly upright, have parts as bright as what is behind. */
const GAP = { across: 3, down: 6 } as const;

/** Groups marked cells into regions, without specks. */
export function findRegions(marks: ArrayLike<number>, size: Size): readonly Region[] {
  const kept = withoutSpecks(marks, size);
  const seen = new Uint8Array(kept.length);
  const regions: Region[] = [];
  for (let at = 0; at < kept.length; at++) {
    if (kept[at] === 1 && seen[at] === 0) regions.push(regionAt(at, { kept, seen, size }));
  }
  return regions;
}

/** Whether two regions overlap or lie at most `margin` cells apart. */
export function areNear(one: Region, other: Region, margin: number): boolean {
  return (
    one.left < other.right + margin &&
    other.left < one.right + margin &&
    one.top < other.bottom + margin &&
    other.top < one.bottom + margin
  );
}

function withoutSpecks(marks: ArrayLike<number>, { width, height }: Size): Uint8Array {
  const kept = new Uint8Array(marks.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (marks[at] !== 1) continue;
      let neighbours = 0;
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          neighbours += marks[row * width + column] ?? 0;
        }
      }
      if (neighbours > FEWEST_NEIGHBOURS) kept[at] = 1; // itself counted
    }
  }
  return kept;
}

interface Search {
  readonly kept: Uint8Array;
  readonly seen: Uint8Array;
  readonly size: Size;
}

function regionAt(first: number, { kept, seen, size: { width, height } }: Search): Region {
  const cells = [first];
  seen[first] = 1;
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (const at of cells) {
    const x = at % width;
    const y = (at - x) / width;
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
    for (let row = Math.max(0, y - GAP.down); row <= Math.min(height - 1, y + GAP.down); row++) {
      for (let column = Math.max(0, x - GAP.across); column <= Math.min(width - 1, x + GAP.across); column++) {
        const neighbour = row * width + column;
        if (kept[neighbour] !== 1 || seen[neighbour] === 1) continue;
        seen[neighbour] = 1;
        cells.push(neighbour);
      }
    }
  }
  return { cells, left, top, right, bottom };
}
