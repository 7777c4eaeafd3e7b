import { describe, expect, it } from 'vitest';
import { joinRun, outputsOf, type Row } from './joined.ts';

interface Case {
  readonly name: string;
  readonly options: object;
  readonly rows: readonly Row[];
}

const cases: readonly Case[] = [
  {
    name: 'stream-table inner: looks up what the table has when the record comes',
    options: { kind: 'stream-table' },
    rows: [
      [['L', 1, 'A']],
      [['R', 5, 'a']],
      [['L', 3, 'B'], ['B+a @3']],
      [['L', 9, 'C'], ['C+a @9']],
      [['R', 2, 'b']],
      [['L', 10, 'D'], ['D+b @10']],
      [['L', 11, 'E', 'other']],
      [['R', 12, null]],
      [['L', 13, 'F']],
      [['L', 14, null]],
      [['L', 15, 'G', null]],
      [['R', 16, 'c', null]],
    ],
  },
  {
    name: 'stream-table left: alone where the table has nothing, also without a key',
    options: { kind: 'stream-table', type: 'left' },
    rows: [
      [['L', 1, 'A'], ['A+- @1']],
      [['R', 2, 'a']],
      [['L', 3, 'B'], ['B+a @3']],
      [['R', 4, null]],
      [['L', 5, 'C'], ['C+- @5']],
      [['L', 6, null]],
      [['L', 7, 'D', null], ['D+- @7']],
    ],
  },
  {
    name: 'table-table inner: a result while both sides are there, a tombstone when one goes',
    options: { kind: 'table-table' },
    rows: [
      [['L', 1, null]],
      [['L', 3, 'A']],
      [['L', 4, 'B']],
      [['R', 2, 'a'], ['B+a @4']],
      [['R', 6, 'b'], ['B+b @6']],
      [['L', 7, null], ['tombstone @7']],
      [['L', 8, null]],
      [['R', 9, null]],
      [['L', 10, 'C']],
      [['R', 5, 'c'], ['C+c @10']],
      [['R', 11, null], ['tombstone @11']],
      [['R', 12, 'd', null]],
    ],
  },
  {
    name: 'table-table left: a result while the left side is there',
    options: { kind: 'table-table', type: 'left' },
    rows: [
      [['R', 1, 'a']],
      [['R', 2, null]],
      [['L', 3, 'A'], ['A+- @3']],
      [['R', 4, 'b'], ['A+b @4']],
      [['R', 5, null], ['A+- @5']],
      [['R', 6, null], ['A+- @6']],
      [['R', 7, 'c'], ['A+c @7']],
      [['L', 8, null], ['tombstone @8']],
      [['R', 9, 'd']],
      [['L', 10, null]],
    ],
  },
  {
    name: 'table-table outer: a result while either side is there',
    options: { kind: 'table-table', type: 'outer' },
    rows: [
      [['L', 1, null]],
      [['R', 2, 'a'], ['-+a @2']],
      [['L', 3, 'A'], ['A+a @3']],
      [['R', 4, null], ['A+- @4']],
      [['L', 5, null], ['tombstone @5']],
      [['R', 6, null]],
      [['L', 7, 'B', 'other'], ['B+- @7']],
      [['R', 8, 'b'], ['-+b @8']],
    ],
  },
];

describe('join with a table', () => {
  it.each(cases)('$name', async ({ options, rows }) => {
    const steps = rows.map(([step]) => step);
    const run = await joinRun(options);

    const outputs = await outputsOf(run, steps);

    expect(rows.map(([step], index) => [step, outputs[index]])).toEqual(
      rows.map(([step, expected = []]) => [step, expected]),
    );
  });

  it.each(cases)('$name, though the task begins anew before every record', async ({ options, rows }) => {
    const steps = rows.map(([step]) => step);
    const run = await joinRun(options);

    const outputs = await outputsOf(run, steps, [...steps.keys()]);

    expect(outputs).toEqual(rows.map(([, expected = []]) => expected));
  });

  it('knows the table for ever', async () => {
    const run = await joinRun({ kind: 'stream-table' });
    await outputsOf(run, [['R', 0, 'a']]);

    expect(await outputsOf(run, [['L', 1e12, 'A']])).toEqual([['A+a @1000000000000']]);
  });
});
