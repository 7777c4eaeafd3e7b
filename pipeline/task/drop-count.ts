import type { FrameMeta } from '../frame/frame-meta.ts';

/** Why a record was skipped instead of processed. */
export type DropReason = 'SUPERSEDED' | 'STALE' | 'BUFFER_FULL';

/** Drops by reason; travels in `dropped` of the next frame of the same source. */
export type DropCount = Readonly<Record<string, number>>;

/** Adds one drop, and those that the dropped frame itself carried. */
export function addDrop(count: DropCount, reason: DropReason, carried: FrameMeta['dropped']): DropCount {
  return mergeDrops(mergeDrops(count, { [reason]: 1 }), carried?.reasons ?? {});
}

export function mergeDrops(left: DropCount, right: DropCount): DropCount {
  const sum: Record<string, number> = { ...left };
  for (const [reason, n] of Object.entries(right)) sum[reason] = (sum[reason] ?? 0) + n;
  return sum;
}

/** The frame's metadata with these drops added to those it already carries. */
export function withDrops(meta: FrameMeta, drops: DropCount): FrameMeta {
  const reasons = mergeDrops(meta.dropped?.reasons ?? {}, drops);
  const count = Object.values(reasons).reduce((total, n) => total + n, 0);
  return { ...meta, dropped: { count, reasons } };
}
