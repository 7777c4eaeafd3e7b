import type { MetricsSnapshot } from './worker-metrics.ts';

/** Counter values by short name (`records_in`); those with a reason as `dropped.SUPERSEDED`. */
export type Counters = Readonly<Record<string, number>>;

/** Cumulative count for each upper bound, ascending, the last one infinite. */
export type Buckets = readonly (readonly [upperBound: number, count: number])[];

/** The counters of a snapshot. */
export function countersOf(snapshot: MetricsSnapshot): Counters {
  const counters: Record<string, number> = {};
  for (const metric of snapshot) {
    if (!metric.name.endsWith('_total')) continue;
    const name = metric.name.slice('tapline_'.length, -'_total'.length);
    for (const { value, labels } of metric.values) {
      const { reason } = labels as { reason?: string };
      counters[reason === undefined ? name : `${name}.${reason}`] = value;
    }
  }
  return counters;
}

/** Value of a gauge, 0 where it is not set. */
export function gaugeOf(snapshot: MetricsSnapshot, name: string): number {
  return snapshot.find((metric) => metric.name === `tapline_${name}`)?.values[0]?.value ?? 0;
}

/** Buckets of a histogram. */
export function bucketsOf(snapshot: MetricsSnapshot, name: string): Buckets {
  const values = snapshot.find((metric) => metric.name === `tapline_${name}`)?.values ?? [];
  return values.flatMap(({ labels, value }) => {
    const { le } = labels as { le?: number | string };
    return le === undefined ? [] : [[le === '+Inf' ? Infinity : Number(le), value] as const];
  });
}

export function addCounters(left: Counters, right: Counters): Counters {
  return combine(left, right, (a, b) => a + b);
}

export function subtractCounters(left: Counters, right: Counters): Counters {
  return combine(left, right, (a, b) => a - b);
}

/** Buckets of what happened since `earlier`. */
export function bucketsSince(later: Buckets, earlier: Buckets): Buckets {
  return later.map(([bound, count], index) => [bound, count - (earlier[index]?.[1] ?? 0)]);
}

/** Sum of several histograms with the same bounds. */
export function addBuckets(left: Buckets, right: Buckets): Buckets {
  if (left.length === 0) return right;
  return left.map(([bound, count], index) => [bound, count + (right[index]?.[1] ?? 0)]);
}

/** The value below which the share `q` of observations lies, interpolated within its bucket; null without observations. */
export function quantile(buckets: Buckets, q: number): number | null {
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  const rank = q * total;
  let lowerBound = 0;
  let below = 0;
  for (const [upperBound, count] of buckets) {
    if (count >= rank && upperBound !== Infinity) {
      return lowerBound + ((upperBound - lowerBound) * (rank - below)) / Math.max(1, count - below);
    }
    if (upperBound !== Infinity) lowerBound = upperBound;
    below = count;
  }
  return lowerBound;
}

function combine(left: Counters, right: Counters, operation: (a: number, b: number) => number): Counters {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries([...names].map((name) => [name, operation(left[name] ?? 0, right[name] ?? 0)]));
}
