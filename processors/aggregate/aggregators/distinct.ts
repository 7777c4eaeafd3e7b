import { canonicalJson } from '../../keys/canonical-json.ts';
import { anyInput, type Aggregator } from './aggregator.ts';

/** How many different values; it counts no further than the limit. Long values are kept in full: the count is exact. */
export function distinct(expression: string, limit: number): Aggregator<string[]> {
  return {
    inputs: [anyInput(expression)],
    add(state = [], [value]) {
      const text = canonicalJson(value);
      if (state.length < limit && !state.includes(text)) state.push(text);
      return state;
    },
    merge: (earlier, later) => [...new Set([...earlier, ...later])].slice(0, limit),
    result: (state) => state.length,
    empty: 0,
  };
}
