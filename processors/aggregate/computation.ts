import { PoisonRecordError, type ConsumerRecord } from '../../pipeline/index.ts';
import { canonicalJson } from '../keys/canonical-json.ts';
import { aggregatorOf } from './aggregators/aggregator-of.ts';
import type { Aggregator } from './aggregators/aggregator.ts';
import type { ComputeOptions } from './options.ts';

const SHOWN_CHARACTERS = 60;

/** States of aggregators by the names of the states; those that no record counted for are absent. */
export type States = Record<string, unknown>;

/** What one record adds to the aggregates of its key. */
export interface Sample {
  readonly key: string;
  readonly timeMs: number;
  /** Values of the expressions of the computation, in their order. */
  readonly values: readonly unknown[];
}

interface Part {
  readonly name: string;
  readonly state: string;
  readonly aggregator: Aggregator;
  /** Where its inputs are among the values of a sample. */
  readonly places: readonly number[];
}

/**
 * All that `compute` names. States are kept by kind and expression: where `compute` changes, what stayed goes on, and
 * what is new begins with the next record.
 */
export class Computation {
  /** Expressions a sample must have the values of. */
  readonly expressions: readonly string[];
  readonly #parts: readonly Part[];
  /** Parts with a state of their own. */
  readonly #kept: readonly Part[];

  constructor(compute: ComputeOptions) {
    const named = Object.entries(compute).map(([name, option]) => ({ name, ...aggregatorOf(option) }));
    const expressions = [
      ...new Set(named.flatMap(({ aggregator }) => aggregator.inputs.map((each) => each.expression))),
    ];
    this.expressions = expressions;
    this.#parts = named.map((part) => ({
      ...part,
      places: part.aggregator.inputs.map(({ expression }) => expressions.indexOf(expression)),
    }));
    this.#kept = this.#parts.filter(
      ({ state }, index) => this.#parts.findIndex((each) => each.state === state) === index,
    );
  }

  /** @throws PoisonRecordError AGGREGATE_INPUT_INVALID where a number is needed and something else came. */
  check({ key, values }: Sample, record: ConsumerRecord): void {
    for (const { name, aggregator, places } of this.#kept) {
      for (const [index, { isNumber, expression }] of aggregator.inputs.entries()) {
        const value = values[places[index] ?? -1];
        if (!isNumber || value === undefined || value === null || typeof value === 'number') continue;
        throw invalidInput(record, { key, name, expression, value });
      }
    }
  }

  /** The states with one sample more; those given may be changed in place. */
  add(states: States | undefined, { values, timeMs }: Sample): States {
    const added = states ?? {};
    for (const { state, aggregator, places } of this.#kept) {
      const [place] = places;
      const isNothing = place !== undefined && (values[place] === undefined || values[place] === null);
      if (isNothing) continue;
      const inputs = places.map((each) => values[each]);
      added[state] = aggregator.add(added[state], inputs, timeMs);
    }
    return added;
  }

  /** Of samples that all lie before those of the other; neither is changed. */
  merge(earlier: States, later: States): States {
    const merged: States = { ...earlier };
    for (const { state, aggregator } of this.#kept) {
      if (later[state] === undefined) continue;
      merged[state] = earlier[state] === undefined ? later[state] : aggregator.merge(earlier[state], later[state]);
    }
    return merged;
  }

  /** The values by their names under `compute`. */
  results(states: States): Record<string, unknown> {
    const results: Record<string, unknown> = {};
    for (const { name, state, aggregator } of this.#parts) {
      results[name] = states[state] === undefined ? aggregator.empty : aggregator.result(states[state]);
    }
    return results;
  }
}

interface Input {
  readonly key: string;
  readonly name: string;
  readonly expression: string;
  readonly value: unknown;
}

function invalidInput(
  { topic, partition, offset }: ConsumerRecord,
  { key, name, expression, value }: Input,
): PoisonRecordError {
  const text = canonicalJson(value);
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
  return new PoisonRecordError(
    'AGGREGATE_INPUT_INVALID',
    `aggregate "${name}" needs a number, but "${expression}" gave ${shown} for key "${key}" at ` +
      `${topic}-${partition}@${offset}; correct the record or the expression, such as $number(${expression})`,
    { where: { topic, partition, offset } },
  );
}
