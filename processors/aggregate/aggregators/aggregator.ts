/** An expression whose value an aggregate takes from every record. */
export interface AggregateInput {
  readonly expression: string;
  /** Anything but a number, nothing or null makes the record a poison record. */
  readonly isNumber: boolean;
}

/**
 * One way to make one value of many. States are JSON data. A record of which the first input is nothing or null does not
 * count, as in SQL. What depends on order goes by event time, and by arrival where that is equal: so records that are
 * out of order give the same result.
 */
export interface Aggregator<State = unknown> {
  readonly inputs: readonly AggregateInput[];
  /** `state` is undefined before the first; it may be changed in place. */
  add(state: State | undefined, values: readonly unknown[], timeMs: number): State;
  /** Of records that all lie before those of the other; neither is changed. */
  merge(earlier: State, later: State): State;
  /** JSON data. */
  result(state: State): unknown;
  /** The result before the first record. */
  readonly empty: unknown;
}

export function numberInput(expression: string): AggregateInput {
  return { expression, isNumber: true };
}

export function anyInput(expression: string): AggregateInput {
  return { expression, isNumber: false };
}
