import type { WindowStore } from '../../../pipeline/index.ts';
import type { Sample, States } from '../computation.ts';

/** One window of one key. */
export interface AggregateWindow {
  readonly key: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Whether a record at `endMs` belongs to it. */
  readonly isEndIncluded: boolean;
  readonly states: States;
}

/** The open windows of a task, as one record finds them. */
export interface OpenWindows {
  /** Windows by key and position, which orders them as they close. */
  readonly windows: WindowStore;
  /** What else a windowing keeps, by key and position. */
  readonly points: WindowStore | null;
  /** Windows at this position and before are closed. */
  readonly closedUpToMs: number;
  /** To be told of the position of everything that is put. */
  readonly noted: (positionMs: number) => void;
}

/**
 * How windows lie in time. The store holds open windows only: those whose position is behind `lagMs` have been closed
 * before a sample comes.
 */
export interface Windowing {
  /** Tells one windowing from another: windows of one mean nothing to the other. */
  readonly layout: string;
  /** A window is closed when stream time has passed its position by this, or more. */
  readonly lagMs: number;
  readonly hasPoints: boolean;
  /** Adds the sample to the open windows it belongs to; windows that changed, in the order of time. None: it is late. */
  add(sample: Sample, open: OpenWindows): readonly AggregateWindow[];
  /** A window as the store holds it. */
  read(entry: { readonly key: string; readonly startMs: number; readonly value: unknown }): AggregateWindow;
}
