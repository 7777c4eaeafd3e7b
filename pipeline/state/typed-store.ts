import type { Change, Serde } from '../ports/store.ts';

/** What every typed store over a staged store can do for its task. */
export interface TypedStore {
  /** Later reads do not see what has expired by then; sweeps some of it. A bounded amount of work. */
  advanceStreamTime(streamTimeMs: number): void;
  /** After changes were taken back: the stream time is the one given, be it an earlier one. */
  rewind(streamTimeMs: number): void;
  /** The derived entry that goes with a change of the changelog; null where there is none. */
  derive(change: Change): Change | null;
}

/** Which store of which stage it is, and how its values become bytes. */
export interface StoreIdentity {
  readonly stage: string;
  readonly name: string;
  readonly serde: Serde<unknown>;
}
