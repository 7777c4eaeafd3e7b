import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import aggregate from '../../../processors/aggregate/index.ts';
import { statefulRun, type Given, type StatefulRun } from '../stateful-run.ts';
import { compute, naiveAggregates, naiveWindows, type Seen, type WindowOption } from './naive-windows.ts';

const GRACE_MS = 8;
const FLUSH = { key: '~', atMs: 1_000_000, value: { v: 0, id: -1 } };

const windows: readonly WindowOption[] = [
  { type: 'tumbling', size: '10ms' },
  { type: 'hopping', size: '12ms', advance: '5ms' },
  { type: 'sliding', size: '7ms' },
  { type: 'session', gap: '4ms' },
];

type Arrived = Seen & { readonly id: number };

const seen = fc.record({
  key: fc.constantFrom('a', 'ä', '\u{1F600}', '\uffff'),
  atMs: fc.nat(70),
  value: fc.integer({ min: -9, max: 9 }),
  delayMs: fc.constantFrom(0, 0, 3, GRACE_MS),
});

/** Records in the order they arrive: no one later than the grace, or in any order. */
const inGrace = fc
  .array(seen, { maxLength: 40 })
  .map((list) => list.toSorted((a, b) => a.atMs + a.delayMs - b.atMs - b.delayMs).map(withId));
const inAnyOrder = fc.array(seen, { maxLength: 40 }).map((list) => list.map(withId));
const restarts = fc.array(fc.nat(40), { maxLength: 3 });

function withId(record: Seen, id: number): Arrived {
  return { ...record, id };
}

function given({ key, atMs, value, id }: Arrived): Given {
  return { key, atMs, value: { v: value, id } };
}

interface Told {
  readonly key: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly aggregates: Record<string, unknown>;
}

/** All that is told of windows; `endings` says before which records the task ends and begins anew. */
async function told(run: StatefulRun, records: readonly Arrived[], endings: readonly number[] = []): Promise<Told[]> {
  const outputs = [];
  for (const [index, record] of records.entries()) {
    if (endings.includes(index)) await run.restart();
    outputs.push(...(await run.pipe(given(record))));
  }
  outputs.push(...(await run.pipe(FLUSH)));
  return run.values(outputs).flatMap((value) => {
    const { key, window, ...aggregates } = value as { key: string; window: { start: string; end: string } };
    return key === FLUSH.key
      ? []
      : [{ key, startMs: Date.parse(window.start), endMs: Date.parse(window.end), aggregates }];
  });
}

function expected(window: WindowOption, records: readonly Arrived[]): Told[] {
  return naiveWindows(window, records).map(({ key, startMs, endMs, records: inside }) => ({
    key,
    startMs,
    endMs,
    aggregates: naiveAggregates(inside as readonly Arrived[]),
  }));
}

/** Keys in the order of their bytes, as a store has them. */
function byEndThenKey(a: Told, b: Told): number {
  return a.endMs - b.endMs || Buffer.from(a.key).compare(Buffer.from(b.key));
}

describe.each(windows)('aggregate over windows $type', (window) => {
  const onClose = { window, grace: `${GRACE_MS}ms`, emit: 'onClose', compute };
  const onUpdate = { window, grace: `${GRACE_MS}ms`, compute };

  it('tells every window once, in order, and what a look at all records would tell', async () => {
    await fc.assert(
      fc.asyncProperty(inGrace, restarts, async (records, endings) => {
        const run = await statefulRun(aggregate, onClose);

        const found = await told(run, records, endings);

        expect(found).toEqual(expected(window, records).sort(byEndThenKey));
      }),
      { numRuns: 150 },
    );
  });

  it('has told the same in its last updates', async () => {
    await fc.assert(
      fc.asyncProperty(inGrace, restarts, async (records, endings) => {
        const run = await statefulRun(aggregate, onUpdate);

        const updates = await told(run, records, endings);

        expect(lastOf(updates).sort(byEndThenKey)).toEqual(expected(window, records).sort(byEndThenKey));
      }),
      { numRuns: 100 },
    );
  });

  it('tells the same whether or not the task begins anew meanwhile, however late records are', async () => {
    await fc.assert(
      fc.asyncProperty(inAnyOrder, restarts, fc.constantFrom(onClose, onUpdate), async (records, endings, options) => {
        const restarted = await statefulRun(aggregate, options);
        const steady = await statefulRun(aggregate, options);

        expect(await told(restarted, records, endings)).toEqual(await told(steady, records));
      }),
      { numRuns: 100 },
    );
  });

  it('never tells a window twice, however late records are', async () => {
    await fc.assert(
      fc.asyncProperty(inAnyOrder, async (records) => {
        const run = await statefulRun(aggregate, onClose);

        const names = (await told(run, records)).map(({ key, startMs, endMs }) => `${key} ${startMs} ${endMs}`);

        expect(names).toHaveLength(new Set(names).size);
      }),
      { numRuns: 100 },
    );
  });

  it('forgets everything of windows that are closed', async () => {
    await fc.assert(
      fc.asyncProperty(inAnyOrder, fc.constantFrom(onClose, onUpdate), async (records, options) => {
        const run = await statefulRun(aggregate, options);
        const untouched = await statefulRun(aggregate, options);

        await told(run, records);
        await told(untouched, []);

        expect(run.size()).toBe(untouched.size());
      }),
      { numRuns: 50 },
    );
  });
});

describe('aggregate over sessions', () => {
  it('counts every record that is not late in one session', async () => {
    await fc.assert(
      fc.asyncProperty(inAnyOrder, async (records) => {
        const window = { type: 'session', gap: '4ms' };
        const run = await statefulRun(aggregate, { window, emit: 'onClose', grace: '3ms', compute: { n: 'count' } });

        const sessions = await told(run, records);

        const counted = sessions.reduce((sum, { aggregates }) => sum + (aggregates.n as number), 0);
        expect(counted + run.logged.length).toBe(records.length);
      }),
    );
  });
});

/** The last update of each window; what a later session covers is no session any more. */
function lastOf(updates: readonly Told[]): Told[] {
  return updates.filter(
    (update, index) =>
      !updates
        .slice(index + 1)
        .some(({ key, startMs, endMs }) => key === update.key && startMs <= update.startMs && endMs >= update.endMs),
  );
}
