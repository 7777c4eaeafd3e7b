import { describe, expect, it } from 'vitest';
import dedupe from '../../processors/dedupe.ts';
import { statefulRun, type Given } from './stateful-run.ts';

async function passed(options: object, ...given: readonly Given[]): Promise<readonly unknown[]> {
  const run = await statefulRun(dedupe, options);
  return run.values(await run.pipe(...given));
}

const hour = 3_600_000;

describe('dedupe', () => {
  it('lets the first record of a key pass, and its repeats only when it is forgotten', async () => {
    const values = await passed(
      {},
      { atMs: 0, key: 'a', value: 1 },
      { atMs: 1, key: 'b', value: 2 },
      { atMs: hour - 1, key: 'a', value: 3 },
      { atMs: hour, key: 'a', value: 4 },
    );

    expect(values).toEqual([1, 2, 4]);
  });

  it('compares what an expression says, numbers and texts apart, objects however they are written', async () => {
    const values = await passed(
      { by: 'id', within: '10s' },
      { atMs: 0, value: 1, headers: { ce_id: 'x' } },
      { atMs: 1, value: 2, headers: { ce_id: 'y' } },
      { atMs: 2, value: 3, headers: { ce_id: 'x' } },
      { atMs: 2, value: 4 },
      { atMs: 2, value: 5 },
    );
    const byField = await passed(
      { by: '$.id' },
      { atMs: 0, value: { id: 1 } },
      { atMs: 0, value: { id: '1' } },
      { atMs: 0, value: { id: { a: 1, b: 2 } } },
      { atMs: 0, value: { id: { b: 2, a: 1 } } },
      { atMs: 0, value: { other: 1 } },
      { atMs: 0, value: { other: 1 } },
    );

    expect(values).toEqual([1, 2, 4, 5]);
    expect(byField).toEqual([{ id: 1 }, { id: '1' }, { id: { a: 1, b: 2 } }, { other: 1 }, { other: 1 }]);
  });

  it('takes what JSONata makes of a record, of any length', async () => {
    const long = 'x'.repeat(10_000);

    const values = await passed(
      { by: 'user & id' },
      { atMs: 0, value: { user: long, id: 1 } },
      { atMs: 0, value: { user: long, id: 1 } },
      { atMs: 0, value: { user: long, id: 2 } },
    );

    expect(values).toHaveLength(2);
  });

  it('lets records without a key pass', async () => {
    expect(await passed({}, { atMs: 0, key: null, value: 1 }, { atMs: 0, key: null, value: 1 })).toEqual([1, 1]);
  });

  it('remembers when its task begins anew', async () => {
    const run = await statefulRun(dedupe, {});
    await run.pipe({ atMs: 0 });

    await run.restart();

    expect(await run.pipe({ atMs: 1 })).toEqual([]);
  });
});
