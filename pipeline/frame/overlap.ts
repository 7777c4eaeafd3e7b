import type { Bbox } from './frame-meta.ts';

/** Intersection over union of two boxes, from 0 to 1; a box without area overlaps with one that begins where it does. */
export function overlapOf([ax, ay, aw, ah]: Bbox, [bx, by, bw, bh]: Bbox): number {
  const width = Math.min(ax + aw, bx + bw) - Math.max(ax, bx);
  const height = Math.min(ay + ah, by + bh) - Math.max(ay, by);
  const shared = Math.max(0, width) * Math.max(0, height);
  const union = aw * ah + bw * bh - shared;
  if (union > 0) return shared / union;
  return ax === bx && ay === by ? 1 : 0;
}
