import { describe, expect, it } from 'vitest';
import { given, joinRun, outputsOf, shownAfter, type Row, type Step } from './joined.ts';

const streams = { kind: 'stream-stream', within: '10ms' };

interface Case {
  readonly name: string;
  readonly options: object;
  readonly rows: readonly Row[];
}

const cases: readonly Case[] = [
  {
    name: 'inner: what is at most within apart, whichever comes first, both ends included',
    options: { type: 'inner' },
    rows: [
      [['L', 100, 'A']],
      [['R', 110, 'a'], ['A+a @110']],
      [['L', 120, 'B'], ['B+a @120']],
      [['R', 121, 'b'], ['B+b @121']],
      [['L', 132, 'C']],
    ],
  },
  {
    name: 'inner: all pairs of a key, also of records of one time, in the order of time and then of arrival',
    options: { type: 'inner' },
    rows: [
      [['L', 100, 'A']],
      [['L', 100, 'B']],
      [['L', 99, 'C']],
      [['L', 100, 'A']],
      [
        ['R', 100, 'a'],
        ['C+a @100', 'A+a @100', 'B+a @100', 'A+a @100'],
      ],
      [
        ['R', 100, 'b'],
        ['C+b @100', 'A+b @100', 'B+b @100', 'A+b @100'],
      ],
    ],
  },
  {
    name: 'inner: nothing of other keys, and keys that begin alike are others',
    options: { type: 'inner' },
    rows: [
      [['L', 100, 'A', 'a']],
      [['L', 100, 'B', 'aa']],
      [['R', 100, 'b', 'b']],
      [['R', 100, 'a', 'aa'], ['B+a @100']],
    ],
  },
  {
    name: 'inner: nothing of records without key or value, and nothing once a window has closed',
    options: { type: 'inner' },
    rows: [
      [['L', 100, 'A', null]],
      [['L', 100, null]],
      [['R', 100, 'a', null]],
      [['R', 100, 'b']],
      [['L', 110, 'B'], ['B+b @110']],
      [['L', 111, 'C']],
      [['L', 100, 'late']],
      [
        ['R', 105, 'c'],
        ['B+c @110', 'C+c @111'],
      ],
    ],
  },
  {
    name: 'inner: late records match while the grace lasts',
    options: { type: 'inner', grace: '5ms' },
    rows: [
      [['L', 100, 'A']],
      [['L', 115, 'B', 'other']],
      [['R', 100, 'a'], ['A+a @100']],
      [['L', 116, 'C', 'other']],
      [['R', 101, 'b']],
    ],
  },
  {
    name: 'inner: a record that came late stays no longer than others of its time',
    options: { type: 'inner' },
    rows: [[['L', 109, 'A', 'other']], [['L', 100, 'B']], [['L', 111, 'C', 'other']], [['R', 105, 'b']]],
  },
  {
    name: 'left: a left record alone when its window has closed, whatever key lets time pass; no right one',
    options: { type: 'left' },
    rows: [
      [['L', 100, 'A']],
      [['R', 101, 'x', 'b']],
      [['L', 102, 'B']],
      [
        ['R', 110, 'b'],
        ['A+b @110', 'B+b @110'],
      ],
      [['L', 121, 'C', 'c']],
      [['R', 131, 'c', 'd']],
      [['R', 132, 'd', 'd'], ['C+- @121']],
      [['R', 999, 'e']],
    ],
  },
  {
    name: 'left: alone at once without a key, and when it is late; never without a value',
    options: { type: 'left' },
    rows: [
      [['L', 100, 'A', null], ['A+- @100']],
      [['L', 100, null]],
      [['R', 100, 'a', null]],
      [['R', 111, 'b']],
      [['L', 100, 'B'], ['B+- @100']],
      [['L', 101, 'C'], ['C+b @111']],
    ],
  },
  {
    name: 'left: alone only when the grace is over, and matched until then',
    options: { type: 'left', grace: '5ms' },
    rows: [
      [['L', 100, 'A']],
      [['L', 100, 'B', 'b']],
      [['R', 115, 'x', 'x']],
      [['R', 105, 'a'], ['A+a @105']],
      [['R', 116, 'x', 'x'], ['B+- @100']],
      [['R', 106, 'b', 'b']],
    ],
  },
  {
    name: 'outer: both sides alone, in the order of time, before what the record itself matches',
    options: { type: 'outer' },
    rows: [
      [['R', 101, 'a', 'a']],
      [['L', 100, 'B', 'b']],
      [['L', 105, 'C', 'c']],
      [['R', 105, 'c', 'c'], ['C+c @105']],
      [['L', 111, 'D', 'd'], ['B+- @100']],
      [
        ['R', 112, 'd', 'd'],
        ['-+a @101', 'D+d @112'],
      ],
      [['R', 100, 'e', null], ['-+e @100']],
      [['L', 999, 'F', 'f']],
    ],
  },
];

describe('join of two streams', () => {
  it.each(cases)('$name', async ({ options, rows }) => {
    const steps = rows.map(([step]) => step);
    const run = await joinRun({ ...streams, ...options });

    const outputs = await outputsOf(run, steps);

    expect(rows.map(([step], index) => [step, outputs[index]])).toEqual(
      rows.map(([step, expected = []]) => [step, expected]),
    );
  });

  it.each(cases)('$name, though the task begins anew before every record', async ({ options, rows }) => {
    const steps = rows.map(([step]) => step);
    const run = await joinRun({ ...streams, ...options });

    const outputs = await outputsOf(run, steps, [...steps.keys()]);

    expect(outputs).toEqual(rows.map(([, expected = []]) => expected));
  });

  it('writes nothing alone again of records that come again, though their windows have closed', async () => {
    const run = await joinRun({ ...streams, type: 'outer' });
    const steps: readonly Step[] = [
      ['L', 100, 'A'],
      ['R', 105, 'a'],
      ['L', 110, 'B', 'b'],
      ['R', 130, 'z', 'z'],
    ];
    const first = await outputsOf(run, steps);
    await run.restart();

    const again: string[][] = [];
    for (const [index, step] of steps.entries())
      again.push(await shownAfter(run, { ...given(step), offset: BigInt(index) }));

    expect(first).toEqual([[], ['A+a @105'], [], ['B+- @110']]);
    expect(again).toEqual([[], [], [], []]);
  });

  it('repeats the matches of a record that comes again, each once', async () => {
    const run = await joinRun({ ...streams, type: 'inner' });
    await outputsOf(run, [
      ['L', 100, 'A'],
      ['R', 105, 'a'],
    ]);

    const again = await shownAfter(run, { ...given(['L', 100, 'A']), offset: 0n });
    const other = await shownAfter(run, given(['R', 106, 'b']));

    expect(again).toEqual(['A+a @105']);
    expect(other).toEqual(['A+b @106']);
  });

  it('keeps nothing of windows that are closed', async () => {
    const run = await joinRun({ ...streams, type: 'outer' });
    const round = (n: number): Step[] => [
      ['L', n * 100, 'A'],
      ['R', n * 100 + 5, 'a'],
      ['L', n * 100 + 6, 'B', 'b'],
    ];
    for (let n = 1; n < 10; n++) await outputsOf(run, round(n));
    const size = run.size();

    for (let n = 10; n < 50; n++) await outputsOf(run, round(n));

    expect(run.size()).toBe(size);
  });

  it('goes on with what is kept when the type or the time changes', async () => {
    const run = await joinRun({ ...streams, type: 'inner' });
    await outputsOf(run, [['L', 100, 'A']]);

    await run.restart({ kind: 'stream-stream', type: 'left', left: 'orders', right: 'payments', within: '50ms' });

    expect(await outputsOf(run, [['R', 110, 'a']])).toEqual([['A+a @110']]);
  });
});
