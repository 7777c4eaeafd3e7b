/** Edges of a box, in any unit that is the same for all that compete. */
export interface Edges {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** A box that competes for its place. */
export interface Candidate {
  readonly edges: Edges;
  readonly score: number;
  readonly labelId: number;
}

export interface Suppression {
  /** Boxes that overlap a better one at least this much go, 0..1. */
  readonly iou: number;
  /** Whether only boxes of the same class compete. */
  readonly perClass: boolean;
  readonly maxBoxes: number;
}

/** The boxes that stay, best first; of equal scores the earlier candidate is the better. */
export function suppressNonMax<Box extends Candidate>(candidates: readonly Box[], rules: Suppression): readonly Box[] {
  const { iou, perClass, maxBoxes } = rules;
  const kept: Box[] = [];
  for (const candidate of candidates.toSorted((a, b) => b.score - a.score)) {
    if (kept.length >= maxBoxes) break;
    const beaten = kept.some(
      (better) => (!perClass || better.labelId === candidate.labelId) && overlap(better.edges, candidate.edges) >= iou,
    );
    if (!beaten) kept.push(candidate);
  }
  return kept;
}

/** Intersection over union, 0..1; 0 where a box has no area. */
export function overlap(a: Edges, b: Edges): number {
  const areas = [areaOf(a), areaOf(b)] as const;
  if (areas[0] <= 0 || areas[1] <= 0) return 0;
  const height = Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  const width = Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left));
  const shared = height * width;
  return shared / (areas[0] + areas[1] - shared);
}

function areaOf({ top, left, bottom, right }: Edges): number {
  return (bottom - top) * (right - left);
}
