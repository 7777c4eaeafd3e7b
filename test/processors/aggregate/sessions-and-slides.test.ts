import { describe, expect, it } from 'vitest';
import type { OutputRecord } from '../../../pipeline/index.ts';
import aggregate from '../../../processors/aggregate/index.ts';
import { statefulRun } from '../stateful-run.ts';

const compute = { all: { collect: 'v' } };

function spans(outputs: readonly OutputRecord[]): readonly string[] {
  return outputs.map(({ headers = {}, value }) => {
    const { all } = JSON.parse(String(value)) as { all: readonly number[] };
    return `${String(headers['tapline.window.start'])}-${String(headers['tapline.window.end'])}: ${all.join(' ')}`;
  });
}

describe('aggregate over sessions', () => {
  const sessions = { window: { type: 'session', gap: '5ms' }, compute };

  // The example of https://kafka.apache.org/41/javadoc/org/apache/kafka/streams/kstream/SessionWindows.html
  it('merges two sessions when a record comes between them', async () => {
    const run = await statefulRun(aggregate, { ...sessions, grace: '100ms' });

    const outputs = await run.pipe(
      { atMs: 10, value: { v: 1 } },
      { atMs: 12, value: { v: 2 } },
      { atMs: 20, value: { v: 3 } },
      { atMs: 16, value: { v: 4 } },
    );

    expect(spans(outputs)).toEqual(['10-10: 1', '10-12: 1 2', '20-20: 3', '10-20: 1 2 4 3']);
  });

  it('closes a session when stream time has passed its last record by more than gap and grace', async () => {
    const run = await statefulRun(aggregate, { ...sessions, grace: '3ms', emit: 'onClose' });
    await run.pipe({ atMs: 10, value: { v: 1 } });

    const atTheEnd = await run.pipe({ atMs: 18, key: 'b', value: { v: 2 } });
    const after = await run.pipe({ atMs: 19, key: 'b', value: { v: 3 } });

    expect(atTheEnd).toEqual([]);
    expect(spans(after)).toEqual(['10-10: 1']);
    expect(after[0]?.timestampMs).toBe(10);
  });

  it('gives no record to a session that is closed', async () => {
    const run = await statefulRun(aggregate, { ...sessions, emit: 'onClose' });
    await run.pipe({ atMs: 85, value: { v: 1 } }, { atMs: 91, key: 'b', value: { v: 2 } });

    const outputs = await run.pipe({ atMs: 88, value: { v: 3 } }, { atMs: 200, key: 'b', value: { v: 4 } });

    expect(spans(outputs)).toEqual(['88-88: 3', '91-91: 2']);
  });

  it('keeps sessions of keys apart, also where one key begins with the other', async () => {
    const run = await statefulRun(aggregate, { ...sessions, emit: 'onClose' });

    const outputs = await run.pipe(
      { atMs: 10, key: 'a', value: { v: 1 } },
      { atMs: 11, key: 'a\0', value: { v: 2 } },
      { atMs: 12, key: 'a', value: { v: 3 } },
      { atMs: 100, key: 'z', value: { v: 4 } },
    );

    expect(spans(outputs)).toEqual(['11-11: 2', '10-12: 1 3']);
  });
});

describe('aggregate over sliding windows', () => {
  const sliding = { window: { type: 'sliding', size: '5000ms' }, grace: '1h', compute };

  // The example of https://kafka.apache.org/41/javadoc/org/apache/kafka/streams/kstream/SlidingWindows.html
  it('has a window for each record that enters and each that drops out', async () => {
    const run = await statefulRun(aggregate, { ...sliding, grace: '0s', emit: 'onClose' });

    const outputs = await run.pipe(
      { atMs: 8000, value: { v: 1 } },
      { atMs: 9200, value: { v: 2 } },
      { atMs: 12_400, value: { v: 3 } },
      { atMs: 1_000_000, key: 'z', value: { v: 4 } },
    );

    expect(spans(outputs)).toEqual([
      '3000-8000: 1',
      '4200-9200: 1 2',
      '7400-12400: 1 2 3',
      '8001-13001: 2 3',
      '9201-14201: 3',
    ]);
    expect(outputs[0]?.timestampMs).toBe(8000);
  });

  it('tells every window a record has changed or made', async () => {
    const run = await statefulRun(aggregate, sliding);
    await run.pipe({ atMs: 8000, value: { v: 1 } }, { atMs: 12_400, value: { v: 3 } });

    const outputs = await run.pipe({ atMs: 9200, value: { v: 2 } });

    expect(spans(outputs)).toEqual(['4200-9200: 1 2', '7400-12400: 1 2 3', '8001-13001: 2 3', '9201-14201: 3']);
  });

  it('starts no window before 1970', async () => {
    const run = await statefulRun(aggregate, sliding);

    const outputs = await run.pipe({ atMs: 10, value: { v: 1 } }, { atMs: 4000, value: { v: 2 } });

    expect(spans(outputs)).toEqual(['0-5000: 1', '0-5000: 1 2', '11-5011: 2']);
  });

  it('drops a record that is late for all its windows, also from windows made later', async () => {
    const run = await statefulRun(aggregate, { ...sliding, grace: '0s', late: true });
    await run.pipe({ atMs: 20_000, key: 'z', value: { v: 1 } });

    const late = await run.pipe({ atMs: 16_000, value: { v: 2 } });
    const next = await run.pipe({ atMs: 20_500, value: { v: 3 } });

    expect(late).toMatchObject([{ to: 'late' }]);
    expect(spans(next)).toEqual(['15500-20500: 3']);
  });
});
