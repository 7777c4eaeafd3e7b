import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot, tapline } from '../integration/topology-run.ts';
import { topologyFolder } from '../registry/topology-folder.ts';

const big = `
import { z } from 'zod';
import { defineProcessor } from 'tapline';
export default defineProcessor({
  name: 'big',
  summary: 'Lets big ones through.',
  options: z.strictObject({ limit: z.int().default(5) }),
  process({ value }, { options, log }) {
    const { n } = JSON.parse(String(value));
    if (n < 0) throw new RangeError('a negative number');
    log.info({}, 'looked at ' + n);
    return n > options.limit ? { value: JSON.stringify({ big: n }) } : null;
  },
});
`;
const topology = `
name: shop
defaults: { partitions: 3 }
topics: { orders: {} }
stages:
  large: { from: orders, process: ./big.ts, to: orders.large, with: { limit: 7 } }
  totals: { from: orders, process: aggregate, to: totals, with: { groupBy: shop, compute: { sum: { sum: n } } } }
`;

interface Ended {
  readonly code: number | null;
  readonly out: readonly { readonly key: unknown; readonly value: unknown }[];
  readonly err: readonly string[];
}

/** Runs `tapline run` on lines of input, with both outputs apart. */
async function run(directory: string, args: readonly string[], input: readonly string[]): Promise<Ended> {
  const main = join(projectRoot, 'dist/pipeline/cli/main.js');
  const child = spawn(process.execPath, [main, 'run', ...args], { cwd: directory });
  let [out, err] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
  child.stdin.on('error', () => undefined); // it may end before it reads
  child.stdin.end(input.map((line) => `${line}\n`).join(''));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const records = out.split('\n').filter(Boolean);
  return {
    code,
    out: records.map((line) => JSON.parse(line) as Ended['out'][number]),
    err: err.split('\n').filter(Boolean),
  };
}

const numbers = (...list: number[]): string[] =>
  list.map((n) => JSON.stringify({ key: 'k', value: { n, shop: n % 2 } }));
const folder = (): Promise<string> =>
  topologyFolder({ 'processors/big.ts': big, 'big.ts': big, 'topology.yaml': topology });

describe('tapline run', () => {
  test('tells a record whose processor waits for ever by its time-out, and goes on', async () => {
    const asking = big.replace(
      'if (n < 0) throw',
      'if (n < 0) return new Promise(() => undefined);\n    if (n < -9) throw',
    );
    const waiting =
      'name: t\nstages: { large: { from: orders, process: ./big.ts, to: b, timeout: 100ms, onError: { retries: 1 } } }';
    const directory = await topologyFolder({ 'big.ts': asking, 'topology.yaml': `${waiting}\ntopics: { orders: {} }` });

    const ended = await run(directory, ['--stage', 'large'], numbers(-1, 9));

    expect(ended.out.map(({ value }) => value)).toEqual([{ big: 9 }]);
    expect(ended.err.join('\n')).toMatch(/line 1: RECORD_TIMED_OUT .*within 100 ms/);
    expect(ended.code).toBe(1);
  });

  test('runs a module of the user on stdin, and tells errors with their line, place and source', async () => {
    const ended = await run(
      await folder(),
      ['processors/big.ts', '--with', '{ limit: 3 }'],
      [...numbers(1, 9), '', ...numbers(-2), '{"n": 1}', 'rubbish', ...numbers(4)],
    );

    expect(ended.out.map(({ value }) => value)).toEqual([{ big: 9 }, { big: 4 }]);
    expect(ended.out[0]).toMatchObject({ key: 'k', topic: 'out' });
    expect(ended.err).toEqual([
      'info looked at 1',
      'info looked at 9',
      'line 4: PROCESSING_FAILED a negative number',
      expect.stringMatching(
        /^ {4}processors\/big\.ts:10:\d+ {2}if \(n < 0\) throw new RangeError\('a negative number'\);$/,
      ),
      'line 5: RECORD_UNREADABLE it has no value; a line is a record such as {"key":"a","value":{"n":1}}',
      expect.stringMatching(/^line 6: RECORD_UNREADABLE it is no JSON/),
      'info looked at 4',
    ]);
    expect(ended.code).toBe(1);
  });

  test('runs a built-in processor with state, whose options come from a file', async () => {
    const directory = await topologyFolder({ 'options.yaml': 'compute: { n: count, sum: { sum: n } }' });

    const { out, code } = await run(directory, ['aggregate', '--with-file', 'options.yaml'], numbers(1, 2, 3));

    expect(out.map(({ value }) => value)).toEqual([
      { key: 'k', n: 1, sum: 1 },
      { key: 'k', n: 2, sum: 3 },
      { key: 'k', n: 3, sum: 6 },
    ]);
    expect(code).toBe(0);
  });

  test('takes processor and options of a stage of the topology, and gives its records the key they are grouped by', async () => {
    const directory = await folder();

    const large = await run(directory, ['--stage', 'large'], numbers(6, 8));
    const totals = await run(directory, ['--stage', 'totals'], numbers(1, 2, 3));

    expect(large.out.map(({ value }) => value)).toEqual([{ big: 8 }]);
    expect(totals.out).toMatchObject([{ value: { sum: 1 } }, { value: { sum: 2 } }, { value: { sum: 4 } }]);
    expect([large.code, totals.code]).toEqual([0, 0]);
  });

  test('joins records by the topic they say they are of', async () => {
    const options = '{ kind: table-table, left: people, right: towns }';

    const { out } = await run(
      await folder(),
      ['join', '--with', options],
      ['{"topic":"people","key":"1","value":"Ada"}', '{"topic":"towns","key":"1","value":"London"}'],
    );

    expect(out).toMatchObject([{ value: { key: '1', left: 'Ada', right: 'London' } }]);
  });

  test('what it prints can be its input, bytes as well', async () => {
    const directory = await folder();
    const bytes = { keyBase64: '/w==', valueBase64: Buffer.from([0, 255, 1]).toString('base64'), headers: { h: 'x' } };
    const child = `process.stdin.on('data', (d) => { const { id, valueBase64 } = JSON.parse(d); console.log(JSON.stringify({ id, outputs: [{ valueBase64 }] })); })`;
    const args = ['exec', '--with', JSON.stringify({ command: [process.execPath, '-e', child] })];

    const first = await run(directory, args, [JSON.stringify(bytes)]);
    const second = await run(directory, args, [JSON.stringify(first.out[0])]);

    expect(first.out).toMatchObject([{ valueBase64: bytes.valueBase64, headers: { h: 'x' } }]);
    expect(second.out).toMatchObject([{ valueBase64: bytes.valueBase64, headers: { h: 'x' } }]);
  });

  test.each([
    [['aggregat'], /TOPOLOGY_UNKNOWN_PROCESSOR there is no processor "aggregat"/],
    [['filter', '--with', '{ were: x }'], /TOPOLOGY_UNKNOWN_OPTION .*no option "were"; did you mean "where"/],
    [['filter', '--with', '{ where: '], /ARGUMENT_INVALID --with cannot be read: .* at line 1, column 10; correct it$/],
    [['map'], /TOPOLOGY_MISSING_OPTION .*which processor "map" needs; add it \(JSONata over/],
    [['--stage', 'larg'], /ARGUMENT_INVALID topology "shop" has no stage "larg"; did you mean "large"\?/],
    [[], /ARGUMENT_INVALID name one thing to run/],
    [['filter', '--stage', 'large'], /ARGUMENT_INVALID name one thing to run/],
    [
      ['exec', '--with', '{ command: no-such-program }'],
      /EXEC_CANNOT_START .*there is no program no-such-program in PATH/,
    ],
  ])('says what cannot be run, and exits with 2: %j', async (args, sentence) => {
    const { code, err, out } = await run(await folder(), args, numbers(1));

    expect(err.join('\n')).toMatch(sentence);
    expect(out).toEqual([]);
    expect(code).toBe(2);
  });

  test('shows no secret of a stage, whatever its processor prints, logs and throws', async () => {
    const loud = `
import { z } from 'zod';
import { defineProcessor } from 'tapline';
export default defineProcessor({
  name: 'loud',
  summary: 'Tells its password.',
  options: z.strictObject({ password: z.string() }),
  process(_, { options, log }) {
    console.error('printed', options.password);
    log.info({}, 'logged ' + options.password);
    throw new Error('thrown ' + options.password);
  },
});
`;
    const yaml = `
name: shop
topics: { orders: {} }
stages: { loud: { from: orders, process: ./loud.ts, with: { password: "\${file:password}" }, onError: { retries: 0 } } }
`;
    const directory = await topologyFolder({ 'loud.ts': loud, 'topology.yaml': yaml, password: 'open-sesame' });

    const { err } = await run(directory, ['--stage', 'loud'], numbers(1));

    const shown = `\${file:${join(directory, 'password')}}`;
    expect(err.slice(0, 3)).toEqual([
      `printed ${shown}`,
      `info logged ${shown}`,
      `line 1: PROCESSING_FAILED thrown ${shown}`,
    ]);
  });

  test('--watch runs the same records again when the processor is saved, and tells why it does not load', async () => {
    const directory = await folder();
    const watching = await tapline({ args: ['run', 'processors/big.ts', '--watch'], directory });
    watching.process.stdin!.end(numbers(9).join('\n'));
    await watching.line(/"big":9/);
    await watching.line(/waiting for a change/);

    await writeFile(join(directory, 'processors/big.ts'), big.replace('big: n', 'huge: n'));
    await watching.line(/"huge":9/);
    await writeFile(join(directory, 'processors/big.ts'), big.replace('big: n', 'big: ;'));

    await watching.line(/TOPOLOGY_BROKEN_MODULE .*big\.ts.* does not load: Unexpected ";"/);
    expect(await watching.stop()).toBe(0);
  });
});
