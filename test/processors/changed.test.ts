import { describe, expect, it } from 'vitest';
import changed from '../../processors/changed.ts';
import { statefulRun } from './stateful-run.ts';

describe('changed', () => {
  it('lets a record pass when its value is not that of the record of its key before', async () => {
    const run = await statefulRun(changed, {});

    const outputs = await run.pipe(
      { atMs: 0, key: 'a', value: 1 },
      { atMs: 1, key: 'a', value: 1 },
      { atMs: 2, key: 'b', value: 1 },
      { atMs: 3, key: 'a', value: 2 },
      { atMs: 4, key: 'a', value: 1 },
      { atMs: 5, key: null, value: 1 },
      { atMs: 6, key: null, value: 1 },
    );

    expect(run.values(outputs)).toEqual([1, 1, 2, 1, 1]);
  });

  it('compares only what an expression says, of which nothing is a value as well', async () => {
    const run = await statefulRun(changed, { of: 'state' });

    const outputs = await run.pipe(
      { atMs: 0, value: { at: 0 } },
      { atMs: 1, value: { at: 1 } },
      { atMs: 2, value: { at: 2, state: { open: true, by: 'x' } } },
      { atMs: 3, value: { at: 3, state: { by: 'x', open: true } } },
      { atMs: 4, value: { at: 4, state: null } },
      { atMs: 5, value: { at: 5 } },
    );

    expect(run.values(outputs)).toMatchObject([{ at: 0 }, { at: 2 }, { at: 4 }, { at: 5 }]);
  });

  it('takes what JSONata makes of a record', async () => {
    const run = await statefulRun(changed, { of: 'celsius > 30' });

    const outputs = await run.pipe(...[10, 20, 35, 31, 30].map((celsius, atMs) => ({ atMs, value: { celsius } })));

    expect(run.values(outputs)).toEqual([{ celsius: 10 }, { celsius: 35 }, { celsius: 30 }]);
  });

  it('lets a deletion pass once', async () => {
    const run = await statefulRun(changed, {});

    const outputs = await run.pipe({ atMs: 0, value: 1 }, { atMs: 1, value: null }, { atMs: 2, value: null });

    expect(outputs.map(({ value }) => value)).toEqual([Buffer.from('1'), null]);
  });

  it('remembers when its task begins anew', async () => {
    const run = await statefulRun(changed, {});
    await run.pipe({ atMs: 0, value: 'x'.repeat(5000) });

    await run.restart();

    expect(await run.pipe({ atMs: 1, value: 'x'.repeat(5000) })).toEqual([]);
  });
});
