import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { progressOf } from '../../pipeline/runtime/attempts/worker-deaths.ts';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { readAll, readRecords, withoutRepeats } from './read-records.ts';
import { tapline, uniqueTopology, type TopologyRun, type UniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap, NODE_OPTIONS: '--max-old-space-size=96' };
const processor = join(import.meta.dirname, 'processors/deadly.ts');

const deadly = (stage: string): string => `
name: deadly
topics:
  frames.words: { partitions: 1 }
stages:
  shout: { from: frames.words, process: ${processor}, to: frames.loud, ${stage} }
`;

async function produce(topology: UniqueTopology, lines: readonly string[]): Promise<void> {
  const run = await tapline({ args: ['produce', topology.topic('frames.words'), '--key', 'k'], env });
  run.process.stdin!.end(lines.map((line) => `${line}\n`).join(''));
  expect(await run.ended, run.lines.join('\n')).toBe(0);
}

async function upWith(topology: UniqueTopology, lines: readonly string[]): Promise<TopologyRun> {
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await up.line(/metrics http/);
  await produce(topology, lines);
  return up;
}

const texts = (records: readonly ConsumerRecord[]): string[] => records.map(({ value }) => String(value));

async function loudWords(topology: UniqueTopology, last: string): Promise<string[]> {
  const records = await readRecords(bootstrap, topology.topic('frames.loud'), (read) => texts(read).includes(last));
  return texts(withoutRepeats(records));
}

/** All there are, once there are so many; outputs may be there before. */
async function deadLetters(topology: UniqueTopology, count: number): Promise<Record<string, string>[]> {
  const topic = `${topology.name}.shout.dlq`;
  await readRecords(bootstrap, topic, (read) => read.length >= count);
  const letters = await readAll(bootstrap, topic);
  return letters.map(({ value, headers }) => ({
    value: String(value),
    code: String(headers['tapline.dlq.error-code']),
    attempts: String(headers['tapline.dlq.attempts']),
    message: String(headers['tapline.dlq.error-message']),
  }));
}

const notesOf = ({ directory, name }: UniqueTopology): string => join(directory, '.tapline/attempts', name, 'shout');

function notes(topology: UniqueTopology): readonly string[] {
  return existsSync(notesOf(topology)) ? readdirSync(notesOf(topology)) : [];
}

test.each([
  { deed: 'exit', how: /exit code 7; exit code 7/ },
  { deed: 'abort', how: /killed by SIGABRT; killed by SIGABRT/ },
  { deed: 'memory', how: /killed by SIGABRT: .*out of memory/ },
  { deed: 'throw', how: /nobody catches this/ },
  { deed: 'loop', how: /hung: no sign of life for \d s, in spin \(.*deadly\.ts/ },
])(
  'a record that ends its worker by $deed twice is a dead letter, and its neighbours pass in order',
  async ({ deed, how }) => {
    const topology = await uniqueTopology(deadly('timeout: 1s'));

    const up = await upWith(topology, ['one', 'two', deed, 'three', 'four']);

    expect(await loudWords(topology, 'FOUR')).toEqual(['ONE', 'TWO', 'THREE', 'FOUR']);
    expect(await deadLetters(topology, 1)).toEqual([
      { value: deed, code: 'RECORD_CRASHED_WORKER', attempts: '2', message: expect.stringMatching(how) as string },
    ]);
    expect((await up.status()).stages[0]!.restarts).toBe(2);
    await until(async () => (await up.status()).stages[0]!.deadLetters === 1, {
      what: 'the dead letter to be counted',
    });
    expect(await up.stop(), up.lines.join('\n')).toBe(0);
    expect(notes(topology)).toEqual([]);
  },
);

test('of records that are under way together, the guilty one alone is a dead letter', async () => {
  const topology = await uniqueTopology(deadly('concurrency: 8, with: { ms: 300 }'));

  const up = await upWith(topology, ['one', 'two', 'three', 'throw', 'four', 'five', 'six']);

  expect(await loudWords(topology, 'SIX')).toEqual(['ONE', 'TWO', 'THREE', 'FOUR', 'FIVE', 'SIX']);
  expect((await deadLetters(topology, 1)).map(({ value }) => value)).toEqual(['throw']);
  expect(await up.stop(), up.lines.join('\n')).toBe(0);
  expect(notes(topology)).toEqual([]);
});

test('one deadly record after the other is given up', async () => {
  const topology = await uniqueTopology(deadly('onError: { crashes: 1 }'));

  const up = await upWith(topology, ['exit', 'one', 'exit', 'exit', 'two']);

  expect(await loudWords(topology, 'TWO')).toEqual(['ONE', 'TWO']);
  expect((await deadLetters(topology, 3)).map(({ attempts }) => attempts)).toEqual(['1', '1', '1']);
  expect(await up.stop(), up.lines.join('\n')).toBe(0);
});

test('a deadly record is skipped, or stops the stage, where its policy says so', async () => {
  const skipping = await uniqueTopology(deadly('onError: { then: skip, crashes: 1 }'));
  const failing = await uniqueTopology(deadly('onError: { then: fail, crashes: 1 }'));

  const up = await upWith(skipping, ['exit', 'one']);
  expect(await loudWords(skipping, 'ONE')).toEqual(['ONE']);
  await until(async () => (await up.status()).stages[0]!.skipped === 1, { what: 'the skipped record to be counted' });
  expect(await up.stop()).toBe(0);

  const failed = await upWith(failing, ['exit', 'one']);
  expect(await failed.ended).toBe(1);
  expect(failed.lines.join('\n')).toMatch(
    /RECORD_CRASHED_WORKER .*lost its worker once .*the stage stops as its onError says/,
  );
  expect([...(await deadLetters(skipping, 0)), ...(await deadLetters(failing, 0))]).toEqual([]);
});

test('workers that are killed from outside again and again make no dead letters of innocent records', async () => {
  const topology = await uniqueTopology(deadly('with: { ms: 3 }'));
  const words = Array.from({ length: 2000 }, (_, n) => `w${n}`);
  const up = await upWith(topology, words);

  for (let kill = 0; kill < 4; kill++) {
    const { recordsIn, restarts } = (await up.status()).stages[0]!;
    await until(async () => (await up.status()).stages[0]!.recordsIn > recordsIn, { what: 'records to flow' });
    process.kill((await up.status()).stages[0]!.pids[0]!, 'SIGKILL');
    await until(async () => (await up.status()).stages[0]!.restarts > restarts, { what: 'a restart' });
  }

  expect(await loudWords(topology, 'W1999')).toEqual(words.map((word) => word.toUpperCase()));
  expect(await deadLetters(topology, 0)).toEqual([]);
  expect((await up.status()).stages[0]!.restarts).toBe(4);
  expect(await up.stop(), up.lines.join('\n')).toBe(0);
  expect(notes(topology)).toEqual([]);
});

test('a worker that gives no sign of life but goes from record to record is not hung', async () => {
  const topology = await uniqueTopology(deadly('timeout: 1s'));
  const words = Array.from({ length: 8 }, () => 'busy');

  const up = await upWith(topology, [...words, 'end']);

  expect(await loudWords(topology, 'END')).toHaveLength(9);
  expect((await up.status()).stages[0]!.restarts).toBe(0);
  expect(await up.stop(), up.lines.join('\n')).toBe(0);
});

test('a stop while a record hangs is not held against it', async () => {
  const topology = await uniqueTopology(deadly('onError: { crashes: 1 }'));
  const up = await upWith(topology, ['loop']);
  await until(() => notes(topology).some((name) => progressOf(join(notesOf(topology), name)) !== ''), {
    what: 'the loop',
  });

  expect(await up.stop(), up.lines.join('\n')).toBe(0);

  expect(notes(topology)).toEqual([]);
  expect(await deadLetters(topology, 0)).toEqual([]);
});
