import type { Aggregator } from './aggregator.ts';

/** How many records. */
export const count: Aggregator<number> = {
  inputs: [],
  add: (state = 0) => state + 1,
  merge: (earlier, later) => earlier + later,
  result: (state) => state,
  empty: 0,
};
