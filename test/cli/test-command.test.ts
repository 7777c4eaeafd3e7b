import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tapline, type TopologyRun } from '../integration/topology-run.ts';
import { topologyFolder } from '../registry/topology-folder.ts';

const topology = `
name: shop
defaults: { partitions: 2, onError: { retries: 1, backoff: 1s } }
topics: { orders: {} }
stages:
  totals:
    from: orders
    process: aggregate
    with: { compute: { n: count, sum: { sum: amount } } }
    to: totals
  big: { from: totals, process: ./processors/big.ts, to: totals.big }
`;
const big = `
import { z } from 'zod';
import { defineProcessor } from 'tapline';
export default defineProcessor({
  name: 'big',
  summary: 'Lets big ones through.',
  options: z.strictObject({}),
  process: ({ value }) => {
    const { sum } = JSON.parse(String(value));
    if (sum < 0) throw new Error('a negative total');
    return sum >= 5 ? { value: JSON.stringify({ big: sum }) } : null;
  },
});
`;
const passing = `
guarantees: [at-least-once, exactly-once]
tests:
  - name: counts the orders of each customer
    steps:
      - input: { topic: orders, records: [ { key: a, value: { amount: 3 }, time: 2026-01-01T00:00:00Z }, { key: d, value: { amount: 1 } } ] }
      - expect: { topic: totals, records: [ { key: d, value: { n: 1, sum: 1 } }, { key: a, value: { sum: 3 }, time: 2026-01-01T00:00:00Z } ] }
      - fault: { crash: totals }
      - advance: 1m
      - input: { topic: orders, records: [ { key: a, value: { amount: 4 } } ], repeat: 2 }
      - expect: { topic: totals, records: [ { value: { sum: { $near: 7, within: 0.1 } } }, { value: { sum: 11 } } ] }
      - expect: { topic: totals.big, records: [ { value: { big: 7 } }, { value: { big: 11 } } ] }
      - expectState: { stage: totals, store: aggregates, key: a, value: { $any: true } }
      - expectState: { stage: totals, store: aggregates, key: nobody }
      - expectDeadLetters: { stage: big, records: [] }
  - name: a total below nothing is a dead letter
    steps:
      - input: { topic: orders, records: [ { key: a, value: { amount: -3 } } ] }
      - expectDeadLetters: { stage: big, records: [ { key: a, code: PROCESSING_FAILED, message: { $matches: negative }, attempts: 2 } ] }
  - name: a stage that shall stop stops
    set: [stages.big.onError.then=fail]
    steps:
      - input: { topic: orders, records: [ { key: a, value: { amount: -3 } } ] }
      - expectStop: { code: PROCESSING_STOPPED, message: { $matches: a negative total } }
`;

async function folder(test: string): Promise<string> {
  return topologyFolder({ 'topology.yaml': topology, 'processors/big.ts': big, 'shop.test.yaml': test });
}

async function ended(directory: string, ...args: string[]): Promise<TopologyRun & { readonly code: number | null }> {
  const run = await tapline({ args: ['test', ...args], directory });
  return Object.assign(run, { code: await run.ended });
}

describe('tapline test', () => {
  test('runs the tests beside a topology under both guarantees, and tells them', async () => {
    const { lines, code } = await ended(await folder(passing));

    expect(lines.map((line) => line.replace(/ \d+ ms$/, ''))).toEqual([
      'shop.test.yaml',
      '  ✓ counts the orders of each customer (at-least-once)',
      '  ✓ counts the orders of each customer (exactly-once)',
      '  ✓ a total below nothing is a dead letter (at-least-once)',
      '  ✓ a total below nothing is a dead letter (exactly-once)',
      '  ✓ a stage that shall stop stops (at-least-once)',
      '  ✓ a stage that shall stop stops (exactly-once)',
      '6 passed',
    ]);
    expect(code).toBe(0);
  });

  test('shows no secret that a processor prints', async () => {
    const loud = `
import { z } from 'zod';
import { defineProcessor } from 'tapline';
export default defineProcessor({
  name: 'loud',
  summary: 'Tells its password.',
  options: z.strictObject({ password: z.string() }),
  process(_, { options }) {
    console.log('printed ' + options.password);
    return null;
  },
});
`;
    const yaml = `
name: shop
topics: { orders: {} }
stages: { loud: { from: orders, process: ./loud.ts, to: out, with: { password: "\${secret:SHOP_PASSWORD}" } } }
`;
    const tests = `
env: { SHOP_PASSWORD: open-sesame }
tests: [ { name: is loud, steps: [ { input: { topic: orders, records: [ { key: a, value: 1 } ] } } ] } ]
`;
    const directory = await topologyFolder({ 'loud.ts': loud, 'topology.yaml': yaml, 'shop.test.yaml': tests });

    const { lines } = await ended(directory);

    expect(lines[0]).toBe('printed ${secret:SHOP_PASSWORD}');
  });

  test('tells all failures with their places, what was expected and what was found, and exits with 1', async () => {
    const failing = `
tests:
  - name: wrong in many ways
    steps:
      - input: { topic: orders, records: [ { key: a, value: { amount: 3 } }, { key: a, value: { amount: 2 } } ] }
      - expect:
          topic: totals
          records:
            - { key: a, value: { sum: 4 } }
            - { key: a, value: { sum: 5 } }
            - { key: z }
      - expect: { topic: totals.big, records: [] }
      - expectState: { stage: totals, store: aggregates, key: nobody, value: { n: 1 } }
  - name: lacks what became a dead letter
    steps:
      - fault: { poison: totals }
      - input: { topic: orders, records: [ { key: a, value: { amount: 3 } } ] }
      - expect: { topic: totals, records: [ { key: a } ] }
  - name: goes wrong on the way
    steps:
      - input: { topic: orders, records: [ { key: a, value: { amount: 3 }, partition: 7 } ] }
`;
    const { lines, code } = await ended(await folder(failing));

    expect(lines.map((line) => line.replace(/ \d+ ms$/, ''))).toEqual([
      'shop.test.yaml',
      '  ✗ wrong in many ways',
      '    shop.test.yaml:9:15 record 1 of totals is not as expected',
      '      value.sum: expected 4, found 3',
      '      - {"key":"a","value":{"sum":4}}',
      expect.stringMatching(/^ {6}\+ \{"key":"a","value":\{"key":"a","n":1,"sum":3\}\}$/),
      '    shop.test.yaml:11:15 record 3 of totals is missing',
      '      - {"key":"z"}',
      '    shop.test.yaml:12:47 a record of totals.big is not expected',
      '      + {"key":"a","value":{"big":5}}',
      '    shop.test.yaml:13:22 "nobody" in store aggregates of totals is not as expected',
      '      value: expected {"n":1}, found nothing',
      '      - {"n":1}',
      '      + nothing',
      '  ✗ lacks what became a dead letter',
      '    shop.test.yaml:18:45 record 1 of totals is missing',
      '      - {"key":"a"}',
      expect.stringMatching(/^ {6}stage totals has a dead letter: PROCESSING_FAILED poisoned/),
      '  ✗ goes wrong on the way',
      expect.stringMatching(/^ {4}shop\.test\.yaml:21:9 .*orders.*7/),
      '0 passed, 3 failed',
    ]);
    expect(code).toBe(1);
  });

  test('tells all faults of a test file at once, and exits with 2', async () => {
    const faulty = `
topolgy: ./topology.yaml
tests:
  - name: faulty
    steps:
      - input: { topic: order, records: [ { key: a, value: 1 } ] }
      - advance: soon
      - fault: { crash: totals, by: 3s }
      - expect: { topic: totals, record: [] }
      - { advance: 1s, expect: { topic: totals, records: [] } }
`;
    const { lines, code } = await ended(await folder(faulty));

    expect(lines).toEqual([
      'shop.test.yaml:2:1 TEST_INVALID the file has no key "topolgy"; did you mean "topology"?',
      'shop.test.yaml:7:18 TEST_INVALID step 2 of test "faulty": advance is "soon"; it must be a duration such as 100ms, 10s, 10m, 2h or 14d',
      'shop.test.yaml:8:37 TEST_INVALID step 3 of test "faulty": fault.by is "3s"; it must be left out: it does not belong to crash',
      'shop.test.yaml:9:9 TEST_INVALID step 4 of test "faulty" lacks "expect.records"; add it',
      'shop.test.yaml:9:34 TEST_INVALID step 4 of test "faulty" has no key "expect.record"; did you mean "records"?',
      expect.stringMatching(
        /^shop\.test\.yaml:10:9 TEST_INVALID step 5 of test "faulty" does not fit together; it must have one of input, advance/,
      ),
      '0 passed, 1 file could not be run',
    ]);
    expect(code).toBe(2);
  });

  test('tells names that the topology does not have', async () => {
    const { lines, code } = await ended(
      await folder(`
tests:
  - name: lost
    steps:
      - input: { topic: order, records: [ { key: a, value: 1 } ] }
      - fault: { rebalance: total }
      - expectState: { stage: totals, store: sums, key: a }
`),
    );

    expect(lines).toEqual([
      'shop.test.yaml:5:25 TEST_UNKNOWN_PART topology "shop" has no topic "order"; did you mean "orders"?',
      'shop.test.yaml:6:29 TEST_UNKNOWN_PART topology "shop" has no stage "total"; did you mean "totals"?',
      'shop.test.yaml:7:46 TEST_UNKNOWN_PART topology "shop" has no store "sums"; there are aggregates',
      '0 passed, 1 file could not be run',
    ]);
    expect(code).toBe(2);
  });

  test('runs those tests alone whose name matches, and writes what build servers read', async () => {
    const directory = await folder(passing.replace('attempts: 2', 'attempts: 7'));

    const { lines, code } = await ended(
      directory,
      'shop.test.yaml',
      '--name',
      'dead LETTER.*exactly',
      '--junit',
      'out.xml',
    );

    expect(lines.at(-1)).toBe('0 passed, 1 failed');
    expect(code).toBe(1);
    const xml = await readFile(join(directory, 'out.xml'), 'utf8');
    expect(xml).toMatch(/<testsuite name="shop\.test\.yaml" tests="1" failures="1" errors="0" time="\d+\.\d{3}">/);
    expect(xml).toContain('name="a total below nothing is a dead letter (exactly-once)"');
    expect(xml).toContain('attempts: expected 7, found 2');
    expect(xml).toContain('- {&quot;key&quot;:&quot;a&quot;');
  });

  test('runs again when a file changes', async () => {
    const directory = await folder(passing);
    const run = await tapline({ args: ['test', '--watch', '--name', 'counts'], directory });
    await run.line(/^2 passed$/);
    await run.line(/waiting for a change/);

    await writeFile(join(directory, 'processors/big.ts'), big.replace('>= 5', '>= 50'));

    await run.line(/^0 passed, 2 failed$/);
    expect(await run.stop()).toBe(0);
  });

  test('says where there is nothing to run', async () => {
    const { lines, code } = await ended(await topologyFolder({}));

    expect(lines.join()).toMatch(/^error TEST_NOT_FOUND there is no \*\.test\.yaml below \./);
    expect(code).toBe(2);
  });
});
