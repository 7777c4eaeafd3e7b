/** The value below which a share of the sorted values lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** p50, p95 and p99, rounded to hundredths. */
export interface Spread {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export function spread(values: readonly number[]): Spread {
  return {
    p50Ms: rounded(quantile(values, 0.5)),
    p95Ms: rounded(quantile(values, 0.95)),
    p99Ms: rounded(quantile(values, 0.99)),
  };
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
