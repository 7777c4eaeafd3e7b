import { describe, expect, it } from 'vitest';
import aggregate from '../../../processors/aggregate/index.ts';
import { statefulRun } from '../stateful-run.ts';

const minute = (n: number): number => n * 60_000;
const tumbling = { window: { type: 'tumbling', size: '1m' }, compute: { n: 'count', total: { sum: 'price' } } };

describe('aggregate over tumbling windows', () => {
  it('tells the new aggregate of the window after every record', async () => {
    const run = await statefulRun(aggregate, tumbling);

    const outputs = await run.pipe(
      { atMs: minute(0) + 5, value: { price: 2 } },
      { atMs: minute(1) - 1, value: { price: 3 } },
      { atMs: minute(1), value: { price: 4 } },
    );

    expect(run.values(outputs)).toEqual([
      { key: 'a', window: { start: '1970-01-01T00:00:00.000Z', end: '1970-01-01T00:01:00.000Z' }, n: 1, total: 2 },
      { key: 'a', window: { start: '1970-01-01T00:00:00.000Z', end: '1970-01-01T00:01:00.000Z' }, n: 2, total: 5 },
      { key: 'a', window: { start: '1970-01-01T00:01:00.000Z', end: '1970-01-01T00:02:00.000Z' }, n: 1, total: 4 },
    ]);
    expect(outputs[2]).toMatchObject({
      key: 'a',
      headers: {
        'content-type': 'application/json',
        'tapline.window.start': '60000',
        'tapline.window.end': '120000',
      },
    });
    expect(outputs[2]?.timestampMs).toBeUndefined();
  });

  it('tells each window once, by its end and then its key, when stream time reaches its end', async () => {
    const run = await statefulRun(aggregate, { ...tumbling, emit: 'onClose' });

    const early = await run.pipe(
      { atMs: minute(1), key: 'b' },
      { atMs: minute(0), key: 'b' },
      { atMs: minute(1), key: 'a' },
      { atMs: minute(2) - 1, key: 'a' },
    );
    const closed = await run.pipe({ atMs: minute(2), key: 'c' });
    const nothingNew = await run.pipe({ atMs: minute(2), key: 'c' });

    expect(early).toEqual([]);
    expect(closed.map(({ key, timestampMs }) => [key, timestampMs])).toEqual([
      ['a', minute(2) - 1],
      ['b', minute(2) - 1],
    ]);
    expect(nothingNew).toEqual([]);
  });

  it('takes late records while the grace lasts', async () => {
    const run = await statefulRun(aggregate, { ...tumbling, grace: '30s', emit: 'onClose' });

    const open = await run.pipe({ atMs: 1, key: 'a' }, { atMs: minute(1.5) - 1, key: 'b' }, { atMs: 2, key: 'a' });
    const closed = await run.pipe({ atMs: minute(1.5), key: 'b' });

    expect(open).toEqual([]);
    expect(run.values(closed)).toMatchObject([{ key: 'a', n: 2 }]);
  });

  it('closes windows however far time jumps, also those of other keys', async () => {
    const run = await statefulRun(aggregate, { ...tumbling, emit: 'onClose' });
    await run.pipe(...['c', 'a', 'b'].map((key) => ({ atMs: 10, key })));

    const closed = await run.pipe({ atMs: minute(1_000_000), key: 'z' });

    expect(closed.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });

  it('drops late records, counts them and says so at debug', async () => {
    const run = await statefulRun(aggregate, tumbling);
    await run.pipe({ atMs: minute(1) });

    const outputs = await run.pipe({ atMs: 5 }, { atMs: 6 });

    expect(outputs).toEqual([]);
    expect(run.logged).toEqual([
      expect.objectContaining({ level: 'debug', fields: { task: 'tested-0_1', key: 'a', timeMs: 5, late: 1 } }),
      expect.objectContaining({ level: 'debug', fields: { task: 'tested-0_1', key: 'a', timeMs: 6, late: 2 } }),
    ]);
  });

  it('hands late records on unchanged where it is told to', async () => {
    const run = await statefulRun(aggregate, { ...tumbling, late: true });
    await run.pipe({ atMs: minute(1) });

    const outputs = await run.pipe({ atMs: 5, value: { price: 7 } });

    expect(outputs).toEqual([{ to: 'late', value: Buffer.from('{"price":7}') }]);
  });

  it('says of a closed window nothing that is about the record that closed it', async () => {
    const run = await statefulRun(aggregate, { ...tumbling, emit: 'onClose' });
    await run.pipe({ atMs: 1 });

    const [closed] = await run.pipe({
      atMs: minute(1),
      headers: { user: '7', ce_id: 'x', 'frame-meta': '{}', 'content-type': 'text/plain' },
    });

    expect(closed?.headers).toEqual({
      user: undefined,
      'frame-meta': undefined,
      'content-type': 'application/json',
      'tapline.window.start': '0',
      'tapline.window.end': '60000',
    });
  });

  it('keeps nothing of windows that are closed', async () => {
    const run = await statefulRun(aggregate, tumbling);
    await run.pipe({ atMs: 0 }, { atMs: minute(1) });
    const size = run.size();

    for (let n = 2; n < 50; n++) await run.pipe({ atMs: minute(n) });

    expect(run.size()).toBe(size);
  });

  it('begins anew, and says so, when the windows are changed', async () => {
    const run = await statefulRun(aggregate, { ...tumbling, emit: 'onClose' });
    await run.pipe({ atMs: 1 }, { atMs: 2 });

    await run.restart({ ...tumbling, emit: 'onClose', window: { type: 'tumbling', size: '2m' } });
    const outputs = await run.pipe({ atMs: 3 }, { atMs: minute(2) });

    expect(run.values(outputs)).toMatchObject([{ n: 1 }]);
    expect(run.logged).toMatchObject([{ level: 'warn', fields: { windows: 1 } }]);
  });
});

describe('aggregate over hopping windows', () => {
  it('adds a record to every window that holds it, from 1970 on', async () => {
    const run = await statefulRun(aggregate, {
      window: { type: 'hopping', size: '5m', advance: '2m' },
      compute: { n: 'count' },
    });

    const outputs = await run.pipe({ atMs: minute(1) }, { atMs: minute(6) });

    expect(outputs.map(({ headers }) => Number(headers?.['tapline.window.start']) / 60_000)).toEqual([0, 2, 4, 6]);
    expect(run.values(outputs)).toMatchObject([{ n: 1 }, { n: 1 }, { n: 1 }, { n: 1 }]);
  });

  it('takes a record into those of its windows that are still open, and then it is not late', async () => {
    const run = await statefulRun(aggregate, {
      window: { type: 'hopping', size: '2m', advance: '1m' },
      late: true,
      compute: { n: 'count' },
    });
    await run.pipe({ atMs: minute(3) });

    const outputs = await run.pipe({ atMs: minute(2) }, { atMs: minute(1) });

    expect(outputs.map(({ to, headers }) => to ?? headers?.['tapline.window.start'])).toEqual(['120000', 'late']);
  });
});

describe('aggregate of event times', () => {
  const own = { ...tumbling, emit: 'onClose', time: 'at' };

  it('takes milliseconds and ISO times, and closes by them alone', async () => {
    const run = await statefulRun(aggregate, own);

    const open = await run.pipe(
      { atMs: minute(500), value: { at: 5 } },
      { atMs: minute(900), value: { at: '1970-01-01T01:00:30+01:00' } },
    );
    const closed = await run.pipe({ atMs: minute(900), value: { at: '1970-01-01 00:01' } });

    expect(open).toEqual([]);
    expect(run.values(closed)).toMatchObject([{ window: { start: '1970-01-01T00:00:00.000Z' }, n: 2 }]);
  });

  it('remembers how far they had come when the task begins anew', async () => {
    const run = await statefulRun(aggregate, own);
    await run.pipe({ atMs: 0, value: { at: minute(5) } });

    await run.restart();
    const outputs = await run.pipe({ atMs: 0, value: { at: 7 } });

    expect(outputs).toEqual([]);
    expect(run.logged).toMatchObject([{ fields: { late: 1 } }]);
  });

  it.each([undefined, 'yesterday', -1, true, 1e300])('refuses a record whose time is %s', async (at) => {
    const run = await statefulRun(aggregate, own);

    await expect(run.pipe({ atMs: 0, value: { at } })).rejects.toMatchObject({ code: 'AGGREGATE_TIME_INVALID' });
  });
});
