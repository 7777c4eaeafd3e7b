import { describe, expect, it } from 'vitest';
import { joinRun, LEFT, RIGHT } from './joined.ts';

const streams = { kind: 'stream-stream', within: '10ms' };
const order = { topic: LEFT, atMs: 100, key: '7', value: { item: 'book' } };
const payment = { topic: RIGHT, atMs: 105, key: '7', value: { sum: 12 } };

describe('outputs of a join', () => {
  it('are the key and both sides as JSON, with what the later record has beside its value', async () => {
    const run = await joinRun(streams);

    const outputs = await run.pipe(order, { ...payment, headers: { user: 'u', 'content-type': 'text/x' } });

    expect(run.values(outputs)).toEqual([{ key: '7', left: { item: 'book' }, right: '{"sum":12}' }]);
    expect(outputs[0]?.key).toBeUndefined();
    expect(outputs[0]?.headers).toEqual({ 'content-type': 'application/json', 'frame-meta': undefined });
  });

  it('have their own key and nothing of the record that closed their window, save for its lineage', async () => {
    const run = await joinRun({ ...streams, type: 'left' });

    const outputs = await run.pipe(order, {
      ...payment,
      key: 'other',
      atMs: 500,
      headers: { user: 'u', ce_id: 'x', traceparent: 't' },
    });

    expect(run.values(outputs)).toEqual([{ key: '7', left: { item: 'book' }, right: null }]);
    expect(outputs[0]).toMatchObject({ key: Buffer.from('7'), timestampMs: 100 });
    expect(outputs[0]?.headers).toEqual({ user: undefined, 'content-type': Buffer.from('application/json') });
  });

  it('are what select gives, and a side there is none of is absent', async () => {
    const select = '{ "who": key, "item": left.item, "paid": $exists(right) }';
    const run = await joinRun({ ...streams, type: 'outer', select });

    const outputs = await run.pipe(order, payment, { ...order, key: '8' }, { ...payment, key: '9', atMs: 500 });

    expect(run.values(outputs)).toEqual([
      { who: '7', item: 'book', paid: true },
      { who: '8', item: 'book', paid: false },
    ]);
  });

  it('are none where select gives nothing, and a tombstone for tables', async () => {
    const select = 'left.item = "book" ? key';
    const [ofStreams, ofTables] = [
      await joinRun({ ...streams, select }),
      await joinRun({ kind: 'table-table', select }),
    ];

    expect(await ofStreams.pipe({ ...order, value: { item: 'pen' } }, payment)).toEqual([]);
    expect(await ofTables.pipe({ ...order, value: { item: 'pen' } }, payment)).toMatchObject([{ value: null }]);
  });

  it('fail with the record select fails on, of which nothing is kept', async () => {
    const run = await joinRun({ ...streams, type: 'left', select: '$number(left.item)' });

    await expect(run.pipe(order)).rejects.toThrow(/failed on orders-1@0/);

    expect(await run.pipe({ ...payment, atMs: 500 })).toEqual([]);
  });

  it('fail with the record that nothing can be made of, of which nothing is kept', async () => {
    const run = await joinRun({ kind: 'table-table' });

    await expect(run.pipe({ ...order, headers: { 'frame-meta': 'x' } })).rejects.toThrow(/frame-meta is no JSON/);

    expect(await run.pipe(payment)).toEqual([]);
  });

  it('say at debug why a record joins nothing', async () => {
    const run = await joinRun(streams);

    await run.pipe({ ...order, key: null });

    expect(run.logged).toEqual([
      {
        level: 'debug',
        fields: { task: 'tested-0_1', topic: LEFT, partition: 1, offset: '0' },
        message: 'a record joins nothing: it has no key',
      },
    ]);
  });

  it('take keys of any length', async () => {
    const run = await joinRun(streams);

    const outputs = await run.pipe({ ...order, key: 'x'.repeat(4999) }, { ...payment, key: 'x'.repeat(5000) });

    expect(outputs).toEqual([]);
    expect(await run.pipe({ ...order, key: 'x'.repeat(5000) })).toHaveLength(1);
  });
});
