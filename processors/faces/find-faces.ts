import type { Size } from '../../pipeline/index.ts';
import type { Detection } from '../detection/detector.ts';
import { suppressNonMax, type Candidate } from '../detection/non-max-suppression.ts';
import type { FacesOptions } from './options.ts';
import { CELL_SIDE } from './scale-picture.ts';

/** COCO has no class of faces. */
const NO_CLASS = 0;

/** Width and height of the five boxes of a cell before the network changes them, in cells (face-api, BOX_ANCHORS). */
const ANCHORS = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
] as const;

/** Numbers of a box: place in its cell, logarithms of its size, and how sure the network is. */
const NUMBERS_A_BOX = 5;

/** What the network says of a picture: 25 planes of one number a cell. */
export interface NetworkOutput {
  readonly planes: Float32Array;
  /** In cells. */
  readonly grid: Size;
  /** Pixels of the network's picture for one of the original. */
  readonly scale: number;
}

/** Reads the faces out of the network's output, best first, in pixels of the original picture. */
export function findFaces(
  output: NetworkOutput,
  { minScore, iou, maxBoxes }: Pick<FacesOptions, 'minScore' | 'iou' | 'maxBoxes'>,
): readonly Detection[] {
  const kept = suppressNonMax(candidatesOf(output, minScore), { iou, perClass: false, maxBoxes });
  return kept.map(({ score, labelId, edges: { top, left, bottom, right } }) => ({
    label: 'face',
    labelId,
    score,
    bbox: [left, top, right - left, bottom - top],
  }));
}

function candidatesOf({ planes, grid, scale }: NetworkOutput, minScore: number): readonly Candidate[] {
  const cells = grid.width * grid.height;
  const pixels = CELL_SIDE / scale;
  const candidates: Candidate[] = [];
  for (const [number, [anchorWidth, anchorHeight]] of ANCHORS.entries()) {
    for (let cell = 0; cell < cells; cell++) {
      const told = (index: number): number => planes[(number * NUMBERS_A_BOX + index) * cells + cell] ?? 0;
      const score = sigmoid(told(4));
      if (score <= minScore) continue;
      const x = ((cell % grid.width) + sigmoid(told(0))) * pixels;
      const y = (Math.floor(cell / grid.width) + sigmoid(told(1))) * pixels;
      const halfWidth = (Math.exp(told(2)) * anchorWidth * pixels) / 2;
      const halfHeight = (Math.exp(told(3)) * anchorHeight * pixels) / 2;
      const edges = { top: y - halfHeight, left: x - halfWidth, bottom: y + halfHeight, right: x + halfWidth };
      candidates.push({ score, labelId: NO_CLASS, edges });
    }
  }
  return candidates;
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
