import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import throttle from '../../processors/throttle.ts';
import { statefulRun } from './stateful-run.ts';

describe('throttle', () => {
  it('lets so many records of each key pass in a time, and drops the rest', async () => {
    const run = await statefulRun(throttle, { records: 2, per: '10ms' });

    const outputs = await run.pipe(
      { atMs: 100, key: 'a', value: 1 },
      { atMs: 105, key: 'a', value: 2 },
      { atMs: 106, key: 'a', value: 3 },
      { atMs: 106, key: 'b', value: 4 },
      { atMs: 110, key: 'a', value: 5 },
      { atMs: 114, key: 'a', value: 6 },
      { atMs: 115, key: 'a', value: 7 },
    );

    expect(run.values(outputs)).toEqual([1, 2, 4, 5, 7]);
  });

  it('never lets more pass in any span of the time, with restarts as without', async () => {
    const times = fc.array(fc.nat(60), { maxLength: 60 }).map((list) => list.toSorted((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 4 }), fc.nat(60), async (at, records, ending) => {
        const run = await statefulRun(throttle, { records, per: '10ms' });
        const outputs = [];
        for (const [index, atMs] of at.entries()) {
          if (index === ending) await run.restart();
          outputs.push(...(await run.pipe({ atMs, value: atMs })));
        }

        const passed = run.values(outputs) as number[];

        expect(passed).toEqual(naive(at, records));
      }),
    );
  });
});

function naive(times: readonly number[], records: number): number[] {
  const passed: number[] = [];
  for (const time of times) if (passed.filter((other) => other > time - 10).length < records) passed.push(time);
  return passed;
}
