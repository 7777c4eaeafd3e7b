import { numberInput, type Aggregator } from './aggregator.ts';

/** Adds the numbers. */
export function sum(expression: string): Aggregator<number> {
  return folded(expression, plus);
}

/** The least number. */
export function min(expression: string): Aggregator<number> {
  return folded(expression, Math.min);
}

/** The greatest number. */
export function max(expression: string): Aggregator<number> {
  return folded(expression, Math.max);
}

/** The arithmetic mean of the numbers. */
export function mean(expression: string): Aggregator<readonly [sum: number, count: number]> {
  return {
    inputs: [numberInput(expression)],
    add: ([total, n] = [0, 0], [value]) => [plus(total, value as number), n + 1],
    merge: ([a, m], [b, n]) => [plus(a, b), m + n],
    result: ([total, n]) => total / n,
    empty: null,
  };
}

function folded(expression: string, fold: (a: number, b: number) => number): Aggregator<number> {
  return {
    inputs: [numberInput(expression)],
    add: (state, [value]) => (state === undefined ? (value as number) : fold(state, value as number)),
    merge: fold,
    result: (state) => state,
    empty: null,
  };
}

/** JSON has no infinity: a sum stops at the largest number there is. */
function plus(a: number, b: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, a + b));
}
