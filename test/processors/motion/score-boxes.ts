import type { Bbox } from '../../../pipeline/index.ts';

/** How often boxes were found, wrongly found, and missed. */
export interface Tally {
  found: number;
  wrong: number;
  missed: number;
}

/** Adds a frame: a truth is found by the first unused box that overlaps it enough. */
export function tally(sum: Tally, truth: readonly Bbox[], boxes: readonly Bbox[]): void {
  const left = [...boxes];
  for (const box of truth) {
    const match = left.findIndex((each) => iou(each, box) >= 0.5);
    if (match < 0) sum.missed++;
    else {
      left.splice(match, 1);
      sum.found++;
    }
  }
  sum.wrong += left.length;
}

export function precision({ found, wrong }: Tally): number {
  return found + wrong === 0 ? 1 : found / (found + wrong);
}

export function recall({ found, missed }: Tally): number {
  return found + missed === 0 ? 1 : found / (found + missed);
}

export function iou([ax, ay, aw, ah]: Bbox, [bx, by, bw, bh]: Bbox): number {
  const across = Math.max(0, Math.min(ax + aw, bx + bw) - Math.max(ax, bx));
  const down = Math.max(0, Math.min(ay + ah, by + bh) - Math.max(ay, by));
  return (across * down) / (aw * ah + bw * bh - across * down);
}
