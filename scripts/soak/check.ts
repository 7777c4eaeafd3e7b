import type { Bench } from '../bench/rounds.ts';

/** One line of the table: what was measured against what it has to reach. */
export interface Check {
  readonly what: string;
  readonly reach: string;
  /** The figure; of a check that was skipped, the reason. */
  readonly measured: string;
  readonly verdict: 'pass' | 'fail' | 'skipped';
}

/** A probe of the soak: measures on a broker and workload of its own run, and judges. */
export type Probe = (bench: Bench, order: SoakOrder) => Promise<Check[]>;

export interface SoakOrder {
  /** Frames of the long runs. */
  readonly frames: number;
  /** How long the run of `flat` takes. */
  readonly minutes: number;
  /** Where the report of `flat` goes; null for none. */
  readonly out: string | null;
}

/** Judges a figure that may be at most `limit`; NaN, which could not be measured, fails. */
export function atMost(what: string, value: number, { limit, unit }: { limit: number; unit: string }): Check {
  const measured = Number.isNaN(value) ? 'not measured' : `${readable(value)} ${unit}`;
  return { what, reach: `<= ${limit} ${unit}`, measured, verdict: verdictOf(value <= limit) };
}

/** Judges a figure that has to be at least `limit`. */
export function atLeast(what: string, value: number, limit: number): Check {
  return { what, reach: `>= ${limit}`, measured: readable(value), verdict: verdictOf(value >= limit) };
}

/** Judges what has to be so. */
export function holds(what: string, reached: boolean, measured: string): Check {
  return { what, reach: 'always', measured, verdict: verdictOf(reached) };
}

/** A check that could not be made here, which is no failure but has to be told. */
export function skipped(what: string, reason: string): Check {
  return { what, reach: '-', measured: reason, verdict: 'skipped' };
}

function verdictOf(reached: boolean): Check['verdict'] {
  return reached ? 'pass' : 'fail';
}

function readable(value: number): string {
  return String(Math.round(value * 100) / 100);
}
