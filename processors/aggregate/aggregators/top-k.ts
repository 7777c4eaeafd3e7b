import { anyInput, numberInput, type Aggregator } from './aggregator.ts';

type Ranked = readonly [rank: number, timeMs: number, value: unknown];

/** The values of the records of the highest rank, the highest first; of equal ranks the earlier record. */
export function topK(expression: string, { k, by }: { readonly k: number; readonly by: string }): Aggregator<Ranked[]> {
  return {
    inputs: [anyInput(expression), numberInput(by)],
    add(state = [], [value, rank], timeMs) {
      if (typeof rank !== 'number') return state;
      const entry: Ranked = [rank, timeMs, value];
      const place = state.findIndex((other) => byRank(entry, other) < 0);
      state.splice(place === -1 ? state.length : place, 0, entry);
      if (state.length > k) state.length = k;
      return state;
    },
    merge: (earlier, later) => [...earlier, ...later].sort(byRank).slice(0, k),
    result: (state) => state.map(([, , value]) => value),
    empty: [],
  };
}

function byRank([rankA, timeA]: Ranked, [rankB, timeB]: Ranked): number {
  return rankB - rankA || timeA - timeB;
}
