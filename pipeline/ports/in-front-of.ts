import type { Processor } from './processor.ts';

/** What a processor that stands before another does in its own way. */
export type Own = Pick<Processor, 'process'> & Partial<Processor>;

/** A processor that stands before another: what it does not do in its own way, it leaves to the other. */
export function inFrontOf<In, Out>(inner: Processor<In, Out>, own: Own): Processor {
  const { concurrency } = inner;
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(inner.admit && { admit: inner.admit.bind(inner) }),
    ...(inner.close && { close: inner.close.bind(inner) }),
    ...own,
  };
}
