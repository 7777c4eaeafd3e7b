/** A figure over time. */
export interface Series {
  /** Whose: `resize-0`. */
  readonly name: string;
  readonly kind: 'memory' | 'files' | 'resources' | 'lag';
  readonly points: readonly Point[];
}

export interface Point {
  /** Seconds since the start of the run. */
  readonly atS: number;
  readonly value: number;
}

/** A line through the judged part of a series. */
export interface Trend {
  readonly fromS: number;
  readonly toS: number;
  readonly median: number;
  /** How much the line rises from its start to its end. */
  readonly growth: number;
  /** How far the last tenth is above all that was seen in the warm-up: what goes up and down does not rise above it. */
  readonly aboveWarmUp: number;
}

/** Share of a run that is warm-up: caches fill, code is compiled. */
export const WARM_UP = 1 / 3;
/** Pairs of points are compared: more of them than this say nothing new. */
const MOST_POINTS = 600;

/**
 * The trend of the last two thirds by Theil and Sen: the median of the slopes of all pairs of points, which a few wild
 * ones do not move. Null where there are too few points to tell.
 */
export function trendOf({ points }: Series): Trend | null {
  const endS = points.at(-1)?.atS ?? 0;
  const judged = thinned(points.filter(({ atS }) => atS >= endS * WARM_UP));
  const [first] = judged;
  const last = judged.at(-1);
  if (!first || !last || judged.length < 3) return null;
  const slopes = judged.flatMap((a, index) =>
    judged.slice(index + 1).map((b) => (b.value - a.value) / (b.atS - a.atS)),
  );
  const growth = middle(slopes) * (last.atS - first.atS);
  const highest = Math.max(...points.filter(({ atS }) => atS < first.atS).map(({ value }) => value));
  const end = middle(judged.slice(-Math.ceil(judged.length / 10)).map(({ value }) => value));
  const median = middle(judged.map(({ value }) => value));
  return { fromS: first.atS, toS: last.atS, median, growth, aboveWarmUp: end - highest };
}

function thinned(points: readonly Point[]): readonly Point[] {
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => index % step === 0);
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2;
}
