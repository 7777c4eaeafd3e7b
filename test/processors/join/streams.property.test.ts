import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinRun, outputsOf, type Step } from './joined.ts';
import { naiveJoin, type Arrived, type NaiveSettings } from './naive-join.ts';

const FLUSH_MS = 1_000_000;
/** Of a key of its own, on the side that is never written alone where there is one. */
const FLUSH: Step = ['R', FLUSH_MS, 'flush', 'flush'];

const arrivals = fc
  .array(
    fc.record({
      side: fc.constantFrom('L' as const, 'R' as const),
      atMs: fc.nat(60),
      key: fc.constantFrom('a', 'a', 'a', 'ab', '\u{1F600}', null),
      lateMs: fc.constantFrom(0, 0, 4, 9, 30),
    }),
    { maxLength: 30 },
  )
  .map((list) =>
    list
      .toSorted((a, b) => a.atMs + a.lateMs - b.atMs - b.lateMs)
      .map(({ side, atMs, key }, index): Arrived => ({ side, atMs, key, id: `${side}${index}` })),
  );
const settings: fc.Arbitrary<NaiveSettings> = fc.record({
  type: fc.constantFrom('inner', 'left', 'outer'),
  withinMs: fc.constantFrom(0, 3, 10),
  graceMs: fc.constantFrom(0, 0, 4, 50),
});
const restarts = fc.array(fc.nat(30), { maxLength: 3 });

const start = ({ type, withinMs, graceMs }: NaiveSettings) =>
  joinRun({ kind: 'stream-stream', type, within: `${withinMs}ms`, grace: `${graceMs}ms` });
const stepOf = ({ side, atMs, id, key }: Arrived): Step => [side, atMs, id, key];
const pairOf = (output: string): string => output.split(' ')[0]!;

describe('join of two streams', () => {
  it('makes in all what a look at all records makes, whether or not the task begins anew meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, settings, restarts, async (records, given, endings) => {
        const run = await start(given);

        const outputs = await outputsOf(run, [...records.map(stepOf), FLUSH], endings);

        expect(outputs.flat().map(pairOf).sort()).toEqual(naiveJoin(records, given).sort());
      }),
      { numRuns: 300 },
    );
  });

  it('writes the same, at the same records, in the same order, when the task begins anew', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, settings, restarts, async (records, given, endings) => {
        const steps = [...records.map(stepOf), FLUSH];

        expect(await outputsOf(await start(given), steps, endings)).toEqual(await outputsOf(await start(given), steps));
      }),
      { numRuns: 100 },
    );
  });

  it('writes a record alone with the first record that comes after its window has closed', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, settings, async (records, given) => {
        const steps = [...records.map(stepOf), FLUSH];
        const run = await start(given);

        const outputs = await outputsOf(run, steps);

        const nowMs = steps.map((_, index) => Math.max(...steps.slice(0, index + 1).map(([, atMs]) => atMs)));
        for (const { id, key, atMs } of records.filter((record) => record.key !== null)) {
          const at = outputs.findIndex((made) =>
            made.map(pairOf).some((pair) => pair === `${id}+-` || pair === `-+${id}`),
          );
          if (at < 0) continue;
          const own = records.findIndex((record) => record.id === id);
          const closed = nowMs.findIndex((now) => now > atMs + given.withinMs + given.graceMs);
          expect([key, at]).toEqual([key, Math.max(own, closed)]);
        }
      }),
      { numRuns: 100 },
    );
  });
});
