/** A record as the recomputation sees it. */
export interface Seen {
  readonly key: string;
  readonly atMs: number;
  readonly value: number;
}

/** A window and all records in it, in the order they arrived. */
export interface NaiveWindow {
  readonly key: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly records: readonly Seen[];
}

export type WindowOption =
  | { readonly type: 'tumbling' | 'sliding'; readonly size: string }
  | { readonly type: 'hopping'; readonly size: string; readonly advance: string }
  | { readonly type: 'session'; readonly gap: string };

/** All windows of all records, found by looking at every record for every window, in the order they close. */
export function naiveWindows(window: WindowOption, records: readonly Seen[]): readonly NaiveWindow[] {
  const keys = [...new Set(records.map(({ key }) => key))];
  return keys
    .flatMap((key) =>
      spansOf(
        window,
        records.filter((record) => record.key === key).map(({ atMs }) => atMs),
      ).map((span) => ({ key, ...span })),
    )
    .map(({ key, startMs, endMs, lastMs }) => ({
      key,
      startMs,
      endMs,
      records: records.filter((record) => record.key === key && record.atMs >= startMs && record.atMs <= lastMs),
    }))
    .filter((found) => found.records.length > 0)
    .sort((a, b) => a.endMs - b.endMs || (a.key < b.key ? -1 : 1));
}

interface Span {
  readonly startMs: number;
  readonly endMs: number;
  /** The last millisecond that belongs to it. */
  readonly lastMs: number;
}

function spansOf(window: WindowOption, times: readonly number[]): readonly Span[] {
  switch (window.type) {
    case 'tumbling':
      return fixedSpans(parseInt(window.size), parseInt(window.size), times);
    case 'hopping':
      return fixedSpans(parseInt(window.size), parseInt(window.advance), times);
    case 'sliding':
      return slidingSpans(parseInt(window.size), times);
    case 'session':
      return sessionSpans(parseInt(window.gap), times);
  }
}

function fixedSpans(size: number, advance: number, times: readonly number[]): readonly Span[] {
  const spans: Span[] = [];
  for (let startMs = 0; startMs <= Math.max(...times); startMs += advance) {
    spans.push({ startMs, endMs: startMs + size, lastMs: startMs + size - 1 });
  }
  return spans;
}

function slidingSpans(size: number, times: readonly number[]): readonly Span[] {
  const starts = new Set(times.flatMap((time) => [Math.max(0, time - size), time + 1]));
  return [...starts].map((startMs) => ({ startMs, endMs: startMs + size, lastMs: startMs + size }));
}

function sessionSpans(gap: number, times: readonly number[]): readonly Span[] {
  const spans: { startMs: number; endMs: number; lastMs: number }[] = [];
  for (const time of times.toSorted((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last && time - last.endMs <= gap) Object.assign(last, { endMs: time, lastMs: time });
    else spans.push({ startMs: time, endMs: time, lastMs: time });
  }
  return spans;
}

/** What `compute` of the test makes of the records of a window. */
export const compute = {
  n: 'count',
  total: { sum: 'v' },
  low: { min: 'v' },
  high: { max: 'v' },
  average: { mean: 'v' },
  first: { first: 'id' },
  last: { last: 'id' },
  all: { collect: 'id', limit: 4 },
  kinds: { distinct: 'v' },
  top: { topK: 'id', k: 2, by: 'v' },
};

export function naiveAggregates(arrived: readonly (Seen & { readonly id: number })[]): Record<string, unknown> {
  const inTime = arrived.toSorted((a, b) => a.atMs - b.atMs);
  const values = inTime.map(({ value }) => value);
  const total = values.reduce((a, b) => a + b, 0);
  return {
    n: inTime.length,
    total,
    low: Math.min(...values),
    high: Math.max(...values),
    average: total / inTime.length,
    first: inTime[0]?.id,
    last: inTime.at(-1)?.id,
    all: inTime.slice(0, 4).map(({ id }) => id),
    kinds: new Set(values).size,
    top: inTime
      .toSorted((a, b) => b.value - a.value)
      .slice(0, 2)
      .map(({ id }) => id),
  };
}
