import { skipped, type Check } from './check.ts';
import { trendOf, type Series, type Trend } from './series.ts';

interface Kind {
  readonly what: string;
  readonly unit: string;
  /** What a series may grow by over the judged time: a share of its median, and at least so much. */
  readonly share: number;
  readonly least: number;
}

/** What is looked at, and how much of it is still flat. */
export const KINDS: Readonly<Record<Series['kind'], Kind>> = {
  memory: { what: 'Resident memory', unit: 'MB', share: 0.05, least: 8 },
  files: { what: 'Open files and sockets', unit: '', share: 0.05, least: 2 },
  resources: { what: 'Active handles and timers', unit: '', share: 0.05, least: 3 },
  lag: { what: 'Lag', unit: 'records', share: 0.1, least: 20 },
};

/** A series and what came of it. */
export interface Judged {
  readonly series: Series;
  readonly trend: Trend | null;
  readonly check: Check;
}

/**
 * Judges every series by how much it grew in the last two thirds of the run; what ends no higher than it was in the first
 * third goes up and down, and is flat. `unjudged` are shown only.
 */
export function judgeFlat(all: readonly Series[], unjudged: ReadonlySet<string>): readonly Judged[] {
  return all.map((series) => {
    const trend = trendOf(series);
    const check = unjudged.has(series.name)
      ? skipped(nameOf(series), 'shown, not judged: it fills the heap it is given')
      : checkOf(series, trend);
    return { series, trend, check };
  });
}

function checkOf(series: Series, trend: Trend | null): Check {
  const { unit, share, least } = KINDS[series.kind];
  const limit = Math.max(least, share * (trend?.median ?? 0));
  const measured = trend
    ? `${signed(trend.growth)} ${unit}`.trim() + ` on ${readable(trend.median)}`
    : 'too few samples; run for longer';
  const isFlat = trend !== null && (trend.growth <= limit || trend.aboveWarmUp <= 0);
  return { what: nameOf(series), reach: `grows <= ${readable(limit)}`, measured, verdict: isFlat ? 'pass' : 'fail' };
}

function nameOf({ name, kind }: Series): string {
  return `${KINDS[kind].what.toLowerCase()}, ${name}`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${readable(Math.abs(value))}`;
}

/** Two digits where they matter. */
export function readable(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Math.round(value * 10) / 10);
}
