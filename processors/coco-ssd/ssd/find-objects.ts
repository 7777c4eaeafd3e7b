import type { Size } from '../../../pipeline/index.ts';
import type { Detection } from '../../detection/detector.ts';
import { suppressNonMax, type Candidate, type Suppression } from '../../detection/non-max-suppression.ts';
import { cocoClasses, type CocoClass } from '../coco-classes.ts';
import { boxesToAskFor, keepWanted, type DetectorSettings } from '../detector.ts';
import { decodeBox } from './decode-box.ts';

/** Scores a box: background first, then COCO's 1..90. */
const SCORES_A_BOX = 91;

/** What the network says of one picture. */
export interface NetworkOutput {
  /** 91 scores of each box, 0..1. */
  readonly scores: Float32Array;
  /** 4 numbers of each box, relative to its anchor. */
  readonly encodings: Float32Array;
}

interface NamedCandidate extends Candidate, CocoClass {}

/**
 * Reads the objects out of the network's output, as the coco-ssd package does: each box counts for its best class, and
 * must score more than `minScore`. Other than the package, boxes of COCO's unnamed ids are left out instead of failing.
 */
export function findObjects(
  { scores, encodings }: NetworkOutput,
  anchors: Float32Array,
  { settings, size }: { readonly settings: DetectorSettings; readonly size: Size },
): readonly Detection[] {
  const candidates: NamedCandidate[] = [];
  for (let box = 0; box * 4 < anchors.length; box++) {
    const best = bestClass(scores, box * SCORES_A_BOX, settings.minScore);
    if (best !== undefined) candidates.push({ ...best, edges: decodeBox(encodings, anchors, box) });
  }
  const kept = suppressNonMax(candidates, suppressionOf(settings));
  return keepWanted(
    kept.map((candidate) => inPixels(candidate, size)),
    settings,
  );
}

function bestClass(scores: Float32Array, offset: number, above: number): (CocoClass & { score: number }) | undefined {
  let best: CocoClass | undefined;
  let score = above;
  for (const candidate of cocoClasses) {
    const value = scores[offset + candidate.labelId] ?? 0;
    if (value > score) [best, score] = [candidate, value];
  }
  return best && { ...best, score };
}

/** The package hands `minScore` to its suppression as the overlap limit as well. */
function suppressionOf(settings: DetectorSettings): Suppression {
  const rules = settings.nms === 'coco-ssd' ? { iou: settings.minScore, perClass: false } : settings.nms;
  return { ...rules, maxBoxes: boxesToAskFor(settings) };
}

function inPixels({ edges, score, label, labelId }: NamedCandidate, { width, height }: Size): Detection {
  const { top, left, bottom, right } = edges;
  return { label, labelId, score, bbox: [left * width, top * height, (right - left) * width, (bottom - top) * height] };
}
