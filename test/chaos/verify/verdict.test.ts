import { expect, test } from 'vitest';
import { rowsIn, type Row } from './kcat.ts';
import { judge, type Claim, type Evidence } from './verdict.ts';

const topology = {
  name: 'c',
  file: '',
  topics: { in: 'c.in', mid: 'c.mid', out: 'c.out' },
  changelog: 'c-second-windows-changelog',
};
const claim: Claim = {
  bootstrap: '',
  topology,
  guarantee: 'exactly-once',
  windows: { sizeMs: 10, graceMs: 20 },
  acknowledged: 5,
};

function row(offset: number, given: Partial<Row>): Row {
  return { partition: 0, offset, timestampMs: 1, key: Buffer.from('a'), value: null, headers: '', ...given };
}

/** Times 1, 5, 12, 50 and 2: the last one comes when all windows but [50, 60) have closed. */
const input = [1, 5, 12, 50, 2].map((timestampMs, number) =>
  row(number, {
    timestampMs,
    headers: `number=${number}`,
    value: Buffer.from(JSON.stringify({ number, value: 10 + number })),
  }),
);

function output(number: number, startMs: number, [n, sum]: readonly [number, number]): Row {
  const window = { start: new Date(startMs).toISOString() };
  return row(number, {
    headers: `number=${number},ce_id=x`,
    value: Buffer.from(JSON.stringify({ key: 'a', window, n, sum })),
  });
}

function change(offset: number, startMs: number, value: unknown): Row {
  const key = Buffer.concat([Buffer.from('a'), Buffer.alloc(8)]);
  key.writeBigUInt64BE(BigInt(startMs), 1);
  return row(offset, { key, value: value === null ? null : Buffer.from(JSON.stringify(value)) });
}

function commit(offset: number, next: bigint): Row {
  const name = (text: string): Buffer => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);
  const key = Buffer.concat([Buffer.from([0, 1]), name('c.first'), name('c.in'), Buffer.alloc(4)]);
  const value = Buffer.alloc(10);
  value.writeBigInt64BE(next, 2);
  return row(offset, { key, value });
}

function transaction(offset: number, status: number): Row {
  const key = Buffer.concat([Buffer.from([0, 0, 0, 9]), Buffer.from('c.first.0')]);
  const value = Buffer.alloc(20);
  value[16] = status;
  return row(offset, { key, value });
}

const sound: Evidence = {
  in: input,
  mid: input,
  out: [output(0, 0, [1, 10]), output(1, 0, [2, 21]), output(2, 10, [1, 12]), output(3, 50, [1, 13])],
  changelog: [
    row(0, { key: Buffer.from('\0tapline.changelog'), value: Buffer.from('id') }),
    change(1, 0, { count: 2, 'sum:value': 21 }),
    change(2, 50, { count: 1, 'sum:value': 13 }),
    change(3, 0, null),
    row(4, { key: Buffer.from([0xff, 1]), value: Buffer.from('50') }),
  ],
  offsets: [commit(0, 3n), commit(1, 5n), row(2, { key: Buffer.from([0, 2, 0, 0]), value: Buffer.alloc(2) })],
  transactions: [transaction(0, 1), transaction(1, 4)],
  aborted: 0,
};

const faultsOf = (given: Partial<Evidence>, claimed: Partial<Claim> = {}): readonly string[] =>
  judge({ ...sound, ...given }, { ...claim, ...claimed }).faults;
const without = (rows: readonly Row[], index: number): Row[] => rows.filter((_, at) => at !== index);

test('finds nothing where nothing is wrong', () => {
  expect(judge(sound, claim)).toMatchObject({ input: 5, output: 4, lost: 0, duplicated: 0, disordered: 0, faults: [] });
});

test('a record that the feed wrote twice counts twice', () => {
  const twice = [input[0]!, ...input].map((each, offset) => ({ ...each, offset }));
  const out = [output(0, 0, [1, 10]), output(0, 0, [2, 20]), output(1, 0, [3, 31]), ...sound.out.slice(2)];
  const changelog = sound.changelog.toSpliced(1, 1, change(1, 0, { count: 3, 'sum:value': 31 }));

  expect(faultsOf({ in: twice, mid: twice, out, changelog })).toEqual([]);
  expect(faultsOf({ in: twice, mid: twice, out: out.toSpliced(0, 1, out[1]!), changelog })).toHaveLength(1);
});

test.each<{ what: string; given: Partial<Evidence>; fault: RegExp }>([
  {
    what: 'a record lost between the stages',
    given: { mid: without(input, 2) },
    fault: /^1 lost between the stages: 2$/,
  },
  { what: 'a lost output', given: { out: without(sound.out, 2) }, fault: /^1 lost in the output: 2$/ },
  {
    what: 'a lost input',
    given: { in: without(input, 4), mid: without(input, 4) },
    fault: /^1 acknowledged, but not in/,
  },
  { what: 'a record twice', given: { out: [...sound.out, sound.out[3]!] }, fault: /^1 duplicated in the output: 3$/ },
  {
    what: 'a late record counted',
    given: { out: [...sound.out, output(4, 0, [3, 35])] },
    fault: /nobody asked for: number 4/,
  },
  {
    what: 'records in another order',
    given: { mid: [input[1]!, input[0]!, ...input.slice(2)] },
    fault: /^1 out of order between the stages: 0$/,
  },
  {
    what: 'a wrong sum',
    given: { out: [...sound.out.slice(0, 3), output(3, 50, [1, 12])] },
    fault: /whose last output is wrong: a@50: 1 13 expected, 1 12 found/,
  },
  {
    what: 'a wrong sum that a later one hides',
    given: { out: [output(0, 0, [1, 11]), ...sound.out.slice(1)] },
    fault: /^1 outputs with a wrong count or sum: number 0 at 0@0: a@0 1 10 expected, a@0 1 11 found$/,
  },
  {
    what: 'a window missing in the changelog',
    given: { changelog: without(sound.changelog, 2) },
    fault: /wrong in the changelog: a@50: 1 13 expected, nothing found/,
  },
  {
    what: 'a closed window left in the changelog',
    given: { changelog: without(sound.changelog, 3) },
    fault: /wrong in the changelog: a@0: no such window expected, 2 21 found/,
  },
  {
    what: 'an open transaction',
    given: { transactions: [transaction(0, 1)] },
    fault: /^1 transactions left open: c\.first\.0$/,
  },
  {
    what: 'a commit that goes back',
    given: { offsets: [commit(0, 5n), commit(1, 3n)] },
    fault: /^1 commits that went back: c\.first c\.in-0 from 5 to 3$/,
  },
])('finds $what', ({ given, fault }) => {
  expect(faultsOf(given)).toContainEqual(expect.stringMatching(fault));
});

test('at-least-once may repeat and count too many, and that is said, but it may lose nothing and change no order', () => {
  const repeated = [...sound.out, output(3, 50, [2, 26])];
  const verdict = judge({ ...sound, out: repeated }, { ...claim, guarantee: 'at-least-once' });

  expect(verdict.faults).toEqual([]);
  expect(verdict.remarks).toContainEqual(expect.stringMatching(/^1 duplicated in the output/));
  expect(faultsOf({ mid: without(input, 0) }, { guarantee: 'at-least-once' })).toHaveLength(1);
  expect(faultsOf({ mid: [input[1]!, input[0]!, ...input.slice(2)] }, { guarantee: 'at-least-once' })).toHaveLength(1);
});

test('reads keys and values of any bytes from what kcat prints', () => {
  const printed = Buffer.from('0 7 12 3 4 number=1,x=a b\na\n bc\n\n\n1 0 9 -1 -1 \n\n');

  expect([...rowsIn(printed)]).toEqual([
    row(7, { timestampMs: 12, key: Buffer.from('a\n '), value: Buffer.from('bc\n\n'), headers: 'number=1,x=a b' }),
    { partition: 1, offset: 0, timestampMs: 9, key: null, value: null, headers: '' },
  ]);
});
