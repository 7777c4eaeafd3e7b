import type { HysteresisOptions } from './options.ts';

/** Where the value of a key lies. */
export type State = 'low' | 'normal' | 'high';

/** What is remembered of a key. */
export interface KeyState {
  readonly state: State;
  /** The other state its records have said without a break, and since when. */
  readonly next: { readonly state: State; readonly sinceMs: number } | null;
  /** Time of its latest record: what is older says nothing of now. */
  readonly latestMs: number;
}

/** A key whose state is another now. */
export interface StateChange {
  readonly state: State;
  readonly was: State;
  /** Time of the first record of the new state. */
  readonly sinceMs: number;
}

export interface Measured {
  readonly value: number;
  readonly timeMs: number;
}

type Thresholds = Pick<HysteresisOptions, 'high' | 'low' | 'for'>;

/** One value further: what is remembered then, and what has changed. */
export function stateAfter(
  before: KeyState | undefined,
  { value, timeMs }: Measured,
  thresholds: Thresholds,
): { readonly after: KeyState; readonly change: StateChange | null } {
  const { state: was, next, latestMs } = before ?? { state: 'normal', next: null, latestMs: -Infinity };
  if (before && timeMs < latestMs) return { after: before, change: null };
  const state = stateOf(value, was, thresholds);
  if (state === was) return { after: { state, next: null, latestMs: timeMs }, change: null };
  const sinceMs = next?.state === state ? next.sinceMs : timeMs;
  if (timeMs - sinceMs < thresholds.for) {
    return { after: { state: was, next: { state, sinceMs }, latestMs: timeMs }, change: null };
  }
  return { after: { state, next: null, latestMs: timeMs }, change: { state, was, sinceMs } };
}

/** Between its thresholds a state is what it was. */
function stateOf(value: number, was: State, { high, low }: Thresholds): State {
  if (high && value > high.above) return 'high';
  if (low && value < low.below) return 'low';
  if (was === 'high' && high && value >= high.below) return 'high';
  if (was === 'low' && low && value <= low.above) return 'low';
  return 'normal';
}
