import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createTestDriver, type TopologyTestDriver } from '../../../pipeline/testing/index.ts';
import { topologyFolder } from '../../registry/topology-folder.ts';
import { until } from '../../integration/until.ts';
import { documented, noPython } from './python.ts';

const drivers: TopologyTestDriver[] = [];
afterEach(async () => {
  for (const driver of drivers.splice(0)) await driver.close();
});

interface Given {
  readonly program?: string;
  readonly command?: string;
  readonly with?: string;
  readonly stage?: string;
}

/** A topology of one stage, whose child runs a program of Node where nothing else is said. */
async function driven({ program = '', command, with: options = '', stage = '' }: Given): Promise<TopologyTestDriver> {
  const directory = await topologyFolder({ 'child.mjs': program });
  const run = command ?? JSON.stringify([process.execPath, join(directory, 'child.mjs')]);
  const text = `
name: kit
topics: { in: { partitions: 2 } }
stages:
  work: { from: in, process: exec, to: { default: out, odd: odd }, with: { command: ${run}${options} }${stage} }
`;
  const driver = await createTestDriver({ topology: text, baseDirectory: directory });
  drivers.push(driver);
  return driver;
}

/** Answers each line with what `of(record)` makes of it, a list of outputs, or throws. */
const child = (of: string): string => `
import { createInterface } from 'node:readline';
const say = (answer) => process.stdout.write(JSON.stringify(answer) + '\\n');
const lines = createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  const record = JSON.parse(line);
  try { const outputs = await (${of})(record); if (outputs) say({ id: record.id, outputs }); }
  catch (error) { say({ id: record.id, error: error.message }); }
});
`;

const numbers = (count: number): { key: string; value: number; partition: number }[] =>
  Array.from({ length: count }, (_, n) => ({ key: 'k', value: n, partition: 0 }));
const valuesOf = (driver: TopologyTestDriver): unknown[] => driver.readOutput('out').map(({ value }) => value);

describe('exec', () => {
  test('has records processed by a child, in order, with named outputs, keys and inherited headers', async () => {
    const driver = await driven({
      program: child(
        "({ value, key }) => value === 2 ? [{ to: 'odd', key: 'x', value: null }] : [{ value: value * 10 }]",
      ),
    });

    await driver.pipeInput(
      'in',
      numbers(5).map((record) => ({ ...record, headers: { trace: 't' } })),
    );

    expect(valuesOf(driver)).toEqual([0, 10, 30, 40]);
    expect(driver.readOutput('odd')).toMatchObject([{ key: 'x', value: null, headers: { trace: 't' } }]);
  });

  test.skipIf(noPython)(
    'runs the Python of its documentation, and its error is a dead letter with its stderr',
    async () => {
      const directory = await topologyFolder({ 'enrich.py': await documented(0) });
      const driver = await driven({ command: `[python3, enrich.py], cwd: "${directory}"` });

      await driver.pipeInput('in', [
        { key: 'a', value: { amount: 3 } },
        { key: 'b', value: { amount: -1 } },
      ]);

      expect(valuesOf(driver)).toEqual([{ amount: 3, gross: 6 }]);
      const [letter] = driver.deadLetters('work');
      expect(letter).toMatchObject({ key: 'b', code: 'EXEC_FAILED', attempts: 1 });
      expect(letter?.message).toMatch(
        /could not process the record at in-\d@\d: a negative amount; its last words: cannot process b$/,
      );
    },
  );

  test.skipIf(noPython)('hands bytes to the Python of its documentation', async () => {
    const directory = await topologyFolder({ 'negative.py': await documented(1) });
    const driver = await driven({
      command: `[python3, negative.py], cwd: "${directory}", framing: bytes, inFlight: 4`,
    });
    const values = [Buffer.from([0, 1, 255]), Buffer.alloc(300_000, 7), Buffer.alloc(0)];

    await driver.pipeInput(
      'in',
      values.map((value) => ({ value, partition: 0 })),
    );

    const written = driver.readOutput('out').map(({ record }) => record.value);
    expect(written.map((value) => [...(value ?? [])].slice(0, 3))).toEqual([[255, 254, 0], [248, 248, 248], []]);
    expect(written[1]).toHaveLength(300_000);
  });

  test('keeps the order of outputs where the child answers in another', async () => {
    const driver = await driven({
      program: child('({ value }) => new Promise((r) => setTimeout(() => r([{ value }]), value % 2 ? 1 : 20))'),
      with: ', inFlight: 4',
    });

    await driver.pipeInput('in', numbers(8));

    expect(valuesOf(driver)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('never has more records out than it says, over all partitions', async () => {
    const driver = await driven({
      program: `let inside = 0;${child(
        '() => new Promise((r) => { inside++; setTimeout(() => { r([{ value: inside }]); inside--; }, 5); })',
      )}`,
      with: ', inFlight: 2',
    });

    await driver.pipeInput(
      'in',
      Array.from({ length: 12 }, (_, n) => ({ value: n, partition: n % 2 })),
    );

    expect(new Set(valuesOf(driver))).toEqual(new Set([1, 2]));
  });

  test('a record that kills its child is a dead letter with the last words, and takes no other with it', async () => {
    const driver = await driven({
      program: child(
        "({ value }) => { if (value === 3) { console.error('three is', 'too much'); process.exit(9); } return [{ value }]; }",
      ),
      with: ', inFlight: 4',
    });

    await driver.pipeInput('in', numbers(8));

    expect(valuesOf(driver)).toEqual([0, 1, 2, 4, 5, 6, 7]);
    const letters = driver.deadLetters('work');
    expect(letters).toMatchObject([{ value: 3, code: 'EXEC_CHILD_ENDED', attempts: 4 }]);
    expect(letters[0]?.message).toMatch(
      /did not answer the record at in-0@3: it ended, exit code 9; its last words: three is too much$/,
    );
  });

  test('what is no answer fails the record in hand, and the next is answered by another child', async () => {
    const driver = await driven({
      program: child("({ value }) => { if (value === 1) { console.log('hello'); return null; } return [{ value }]; }"),
      stage: ', onError: { retries: 1 }',
    });

    await driver.pipeInput('in', numbers(3));

    expect(valuesOf(driver)).toEqual([0, 2]);
    expect(driver.deadLetters('work')).toMatchObject([
      {
        value: 1,
        code: 'EXEC_BAD_ANSWER',
        attempts: 2,
        message: expect.stringContaining('a line that is no JSON: hello') as string,
      },
    ]);
  });

  test('an answer that makes no sense fails its record alone', async () => {
    const driver = await driven({
      program: child('({ value }) => value === 1 ? [{ key: 5, value }] : [{ value: process.pid }]'),
    });

    await driver.pipeInput('in', numbers(3));

    const pids = valuesOf(driver);
    expect(pids).toHaveLength(2);
    expect(new Set(pids).size).toBe(1);
    expect(driver.deadLetters('work')).toMatchObject([{ value: 1, code: 'EXEC_BAD_ANSWER' }]);
  });

  test('waits for a child that says when it is ready', async () => {
    const driver = await driven({
      program: `setTimeout(() => console.log('{"ready":true}'), 300);${child('({ value }) => [{ value }]')}`,
      with: ', ready: 10s',
    });

    await driver.pipeInput('in', numbers(2));

    expect(valuesOf(driver)).toEqual([0, 1]);
  });

  test.each([
    [
      '[no-such-program, x]',
      '',
      /no-such-program x" cannot be started in .*there is no program no-such-program in PATH; install it/,
    ],
    ['./child.mjs', '', /\.\/child\.mjs may not be executed; chmod \+x it/],
    ['./absent', '', /there is no file \.\/absent/],
    ['node', ', cwd: ./nowhere', /there is no folder .*nowhere; correct cwd/],
    ['"exit 3"', ', shell: true, ready: 5s', /it ended, exit code 3, before it was ready/],
    ['"sleep 60"', ', shell: true, ready: 100ms', /it was not ready within 100 ms/],
  ])('a command that cannot be started says so at the start: %s%s', async (command, options, sentence) => {
    const starting = driven({ command, with: options });

    await expect(starting).rejects.toMatchObject({
      code: 'EXEC_CANNOT_START',
      message: expect.stringMatching(/^stages\.work\.with\.command: /) as string,
    });
    await expect(starting).rejects.toThrow(sentence);
  });

  test('a shell that finds no program ends the stage, and the record stays', async () => {
    const driver = await driven({ command: '"no-such-program"', with: ', shell: true' });

    await expect(driver.pipeInput('in', numbers(1))).rejects.toMatchObject({ code: 'EXEC_CANNOT_START' });

    expect(driver.deadLetters('work')).toEqual([]);
  });

  test('a child that does not end at the end of its input is ended, with all that it has started', async () => {
    const driver = await driven({
      program: `
import { spawn } from 'node:child_process';
process.on('SIGTERM', () => {});
setInterval(() => {}, 1000);
const inner = spawn('sleep', ['300']);
${child('() => [{ value: [process.pid, inner.pid] }]')}`,
    });
    await driver.pipeInput('in', numbers(1));
    const [pids] = valuesOf(driver) as [number[]];
    expect(pids.every(isThere)).toBe(true);

    await driver.close();

    await until(() => !pids.some(isThere), { what: 'the end of the child' });
  });

  test('a worker that crashes takes its child with it', async () => {
    const driver = await driven({ program: child('() => [{ value: process.pid }]') });
    await driver.pipeInput('in', numbers(1));
    const [before] = valuesOf(driver) as [number];

    await driver.crash('work');
    await driver.pipeInput('in', numbers(1));

    const [after] = valuesOf(driver) as [number];
    expect(after).not.toBe(before);
    await until(() => !isThere(before), { what: 'the end of the first child' });
  });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
