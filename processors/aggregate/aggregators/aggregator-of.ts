import type { AggregateOption } from '../options.ts';
import type { Aggregator } from './aggregator.ts';
import { count } from './count.ts';
import { distinct } from './distinct.ts';
import { collect, first, last } from './in-time.ts';
import { max, mean, min, sum } from './numbers.ts';
import { topK } from './top-k.ts';

const COLLECT_LIMIT = 1000;
const DISTINCT_LIMIT = 10_000;
const TOP = 3;

const OF_ONE_EXPRESSION = { sum, min, max, mean, first, last } as const;

/** An aggregator and the name of its state: options that give it the same name have a state in common. */
export interface NamedAggregator {
  readonly state: string;
  readonly aggregator: Aggregator;
}

export function aggregatorOf(option: AggregateOption): NamedAggregator {
  if (typeof option === 'string') return { state: 'count', aggregator: count };
  const { collect: collected, distinct: counted, topK: ranked, limit, k = TOP, by } = option;
  if (collected !== undefined) return limited('collect', limit ?? COLLECT_LIMIT, (most) => collect(collected, most));
  if (counted !== undefined) return limited('distinct', limit ?? DISTINCT_LIMIT, (most) => distinct(counted, most));
  if (ranked !== undefined) return named(`topK ${k}`, topK(ranked, { k, by: by ?? ranked }));
  for (const [kind, create] of Object.entries(OF_ONE_EXPRESSION)) {
    const expression = option[kind as keyof typeof OF_ONE_EXPRESSION];
    if (expression !== undefined) return named(kind, create(expression) as Aggregator);
  }
  throw new Error('an aggregate without a kind has passed its schema; this is a bug, please report');
}

/** What is kept depends on the limit: states of different limits are different ones. */
function limited<State>(kind: string, most: number, create: (most: number) => Aggregator<State>): NamedAggregator {
  return named(`${kind} ${most}`, create(most));
}

function named<State>(kind: string, aggregator: Aggregator<State>): NamedAggregator {
  const state = [kind, ...aggregator.inputs.map(({ expression }) => expression)].join(':');
  return { state, aggregator: aggregator };
}
