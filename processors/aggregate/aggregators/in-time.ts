import { anyInput, type Aggregator } from './aggregator.ts';

type Timed = readonly [timeMs: number, value: unknown];

/** The value of the earliest record. */
export function first(expression: string): Aggregator<Timed> {
  return {
    inputs: [anyInput(expression)],
    add: (state, [value], timeMs) => (state === undefined || timeMs < state[0] ? [timeMs, value] : state),
    merge: (earlier) => earlier,
    result: ([, value]) => value,
    empty: null,
  };
}

/** The value of the latest record. */
export function last(expression: string): Aggregator<Timed> {
  return {
    inputs: [anyInput(expression)],
    add: (state, [value], timeMs) => (state === undefined || timeMs >= state[0] ? [timeMs, value] : state),
    merge: (_earlier, later) => later,
    result: ([, value]) => value,
    empty: null,
  };
}

/** The values of the earliest records, in the order of time. */
export function collect(expression: string, limit: number): Aggregator<Timed[]> {
  return {
    inputs: [anyInput(expression)],
    add(state = [], [value], timeMs) {
      const isOneTooMany = state.length >= limit && timeMs >= (state.at(-1)?.[0] ?? 0);
      if (isOneTooMany) return state;
      const before = state.findLastIndex(([time]) => time <= timeMs);
      state.splice(before + 1, 0, [timeMs, value]);
      if (state.length > limit) state.length = limit;
      return state;
    },
    merge: (earlier, later) => [...earlier, ...later].slice(0, limit),
    result: (state) => state.map(([, value]) => value),
    empty: [],
  };
}
