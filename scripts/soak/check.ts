import type { Bench } from '../bench/rounds.ts';

/** One line of the table: what was measured against what it has to reach. */
export interface Check {
  readonly what: string;
  readonly reach: string;
  readonly measured: string;
  readonly reached: boolean;
}

/** A probe of the soak: measures on a broker and workload of its own run, and judges. */
export type Probe = (bench: Bench, order: SoakOrder) => Promise<Check[]>;

export interface SoakOrder {
  /** Frames of the long runs. */
  readonly frames: number;
}

/** Judges a figure that may be at most `limit`. */
export function atMost(what: string, value: number, { limit, unit }: { limit: number; unit: string }): Check {
  return { what, reach: `<= ${limit} ${unit}`, measured: `${readable(value)} ${unit}`, reached: value <= limit };
}

/** Judges a figure that has to be at least `limit`. */
export function atLeast(what: string, value: number, limit: number): Check {
  return { what, reach: `>= ${limit}`, measured: readable(value), reached: value >= limit };
}

/** Judges what has to be so. */
export function holds(what: string, reached: boolean, measured: string): Check {
  return { what, reach: 'always', measured, reached };
}

function readable(value: number): string {
  return String(Math.round(value * 100) / 100);
}
