import { describe, expect, it } from 'vitest';
import { schemaFaults } from '../../../pipeline/topology/schema-faults.ts';
import aggregate from '../../../processors/aggregate/index.ts';

const compute = { n: 'count' };
const window = { type: 'tumbling', size: '1m' };

describe('the options of aggregate', () => {
  it.each([
    [
      'no aggregate',
      { compute: {} },
      'compute does not fit together; it must name one aggregate at least, such as { n: count }',
    ],
    [
      'an unknown word',
      { compute: { n: 'cuont' } },
      'compute.n is "cuont"; it must be count, or one of sum, min, max, mean, first, last, collect, distinct, topK with an expression, such as { sum: price }',
    ],
    ['an unknown kind', { compute: { n: { median: 'v' } } }, 'compute.n.median did you mean "mean"?'],
    [
      'two kinds',
      { compute: { n: { sum: 'v', min: 'v' } } },
      'compute.n does not fit together; it must be count, or one of sum, min, max, mean, first, last, collect, distinct, topK with an expression, such as { sum: price }',
    ],
    [
      'a faulty expression',
      { compute: { n: { sum: 'v[' } } },
      'compute.n.sum is "v["; is no JSONata at character 3: Expected "]" before end of expression',
    ],
    [
      'a limit that has no meaning',
      { compute: { n: { sum: 'v', limit: 3 } } },
      'compute.n does not fit together; it must have no limit with sum',
    ],
    [
      'by without topK',
      { compute: { n: { collect: 'v', by: 'w' } } },
      'compute.n does not fit together; it must have no k and no by with collect',
    ],
    [
      'a name the output has',
      { compute: { window: 'count' } },
      'compute does not fit together; it must name no aggregate "window", which the output has already',
    ],
    [
      'an unknown window',
      { compute, window: { type: 'tubling', size: '1m' } },
      'window.type is "tubling"; it must be one of tumbling, hopping, sliding and session',
    ],
    [
      'a window without a size',
      { compute, window: { type: 'tumbling' } },
      'window.size (length of a window: its start belongs to it, its end does not)',
    ],
    [
      'a window of no size',
      { compute, window: { type: 'tumbling', size: '0ms' } },
      'window.size is "0ms"; it must be a duration from 1ms to 3650d',
    ],
    [
      'a window with a key of another',
      { compute, window: { type: 'session', gap: '1m', size: '1m' } },
      'window.size did you mean "size"?',
    ],
    [
      'an advance beyond the size',
      { compute, window: { type: 'hopping', size: '1m', advance: '2m' } },
      'window.advance is "2m"; it must not be longer than the size',
    ],
    [
      'onClose without a window',
      { compute, emit: 'onClose' },
      'emit is "onClose"; it must be onUpdate where there is no window that could close',
    ],
    [
      'grace without a window',
      { compute, grace: '1s' },
      'grace is "1s"; it must be left out where there is no window that could close',
    ],
    [
      'late without a window',
      { compute, late: true },
      'late is true; it must be left out where there is no window that could close',
    ],
  ])('are refused, with a place and a mend: %s', (_, given, sentence) => {
    const faults = schemaFaults(aggregate.options, given).map(
      ({ path, message }) => `${path.map(String).join('.')} ${message.trim()}`,
    );

    expect(faults).toEqual([sentence]);
  });

  it('say by which expression the records must be keyed', () => {
    const keyedBy = (given: object): unknown => aggregate.repartitionBy?.(aggregate.options.parse(given));

    expect(keyedBy({ compute, groupBy: 'customer.id' })).toBe('customer.id');
    expect(keyedBy({ compute })).toBeNull();
  });

  it('say which state the aggregates need', () => {
    const stores = (given: object): readonly string[] =>
      Object.keys(aggregate.stores?.(aggregate.options.parse(given)) ?? {});

    expect(stores({ compute })).toEqual(['aggregates']);
    expect(stores({ compute, window })).toEqual(['windows', 'clock']);
    expect(stores({ compute, window: { type: 'sliding', size: '1m' } })).toEqual(['windows', 'clock', 'points']);
  });
});
