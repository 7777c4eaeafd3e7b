import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import type { ConsumerRecord } from '../../pipeline/ports/record.ts';
import { like, verb } from './dead-letters.ts';
import { readAll, readRecords } from './read-records.ts';
import { emptyDirectory, tapline, uniqueTopology, type TopologyRun, type UniqueTopology } from './topology-run.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };
const mendable = join(import.meta.dirname, 'processors', 'mendable.ts');
const slow = join(import.meta.dirname, 'processors', 'slow.ts');

interface TwoStages extends UniqueTopology {
  /** From now on nothing is bad. */
  mend(): Promise<void>;
}

/** Two stages and a tap read one topic; `shout` refuses what says "bad" until it is mended. */
async function twoStages(): Promise<TwoStages> {
  const mended = join(await emptyDirectory(), 'mended');
  const topology = await uniqueTopology(`
name: two
topics:
  frames.words: { partitions: 2 }
stages:
  shout: { from: frames.words, process: ${mendable}, to: frames.loud, with: { mendedBy: ${mended} } }
  copy: { from: frames.words, process: ${slow}, to: frames.same, with: { ms: 1 } }
  after: { from: frames.loud, process: ${slow}, to: frames.end, with: { ms: 1 } }
taps:
  kept: { on: frames.words, sink: topic, with: { topic: frames.kept } }
`);
  return { ...topology, mend: () => writeFile(mended, '') };
}

async function up({ file, directory }: UniqueTopology): Promise<TopologyRun> {
  const run = await tapline({ args: ['up', file, '--no-ui'], env, directory });
  await run.line(/metrics http/);
  return run;
}

async function produce(topology: UniqueTopology, lines: readonly string[]): Promise<void> {
  const run = await tapline({ args: ['produce', topology.topic('frames.words'), '--key', 'k'], env });
  run.process.stdin!.end(lines.map((line) => `${line}\n`).join(''));
  expect(await run.ended, run.lines.join('\n')).toBe(0);
}

function read(topology: UniqueTopology, topic: string, count: number): Promise<ConsumerRecord[]> {
  const name = topic.endsWith('.dlq') ? `${topology.name}.${topic}` : topology.topic(topic);
  return readRecords(bootstrap, name, (records) => records.length >= count);
}

const textOf = (records: readonly ConsumerRecord[]): string[] => records.map(({ value }) => String(value));

test('a dead letter goes back to the stage that failed, once, and the other readers of its topic step over it', async () => {
  const topology = await twoStages();
  const run = await up(topology);
  await produce(topology, ['one', 'bad two', 'three']);
  const [letter] = await read(topology, 'shout.dlq', 1);
  expect(textOf(await read(topology, 'frames.end', 2))).toEqual(['ONE', 'THREE']);

  await topology.mend();
  const replay = await verb('dlq', 'replay', `${topology.name}.shout`);

  expect(replay).toEqual({
    code: 0,
    text: like(
      new RegExp(`^replayed 1 dead letters of ${topology.name}.shout.dlq\n +1  to .* for ${topology.name}.shout `),
    ),
  });
  await produce(topology, ['four']);
  expect(textOf(await read(topology, 'frames.end', 4))).toEqual(['ONE', 'THREE', 'BAD TWO', 'FOUR']);
  for (const other of ['frames.same', 'frames.kept'])
    expect(textOf(await read(topology, other, 4))).toEqual(['one', 'bad two', 'three', 'four']);
  const written = await read(topology, 'frames.words', 5);
  const [died, back] = written.filter(({ value }) => String(value) === 'bad two');
  expect(back).toMatchObject({ partition: died!.partition, key: died!.key });
  expect(back!.timestampMs).toBeGreaterThanOrEqual(letter!.timestampMs);
  expect(textHeaders(back!)).toEqual({
    ...textHeaders(died!),
    'tapline.redrive.stage': `${topology.name}.shout`,
    'tapline.redrive.count': '1',
    'tapline.redrive.timestamp': String(died!.timestampMs),
  });
  const output = (await read(topology, 'frames.loud', 4)).find(({ value }) => String(value) === 'BAD TWO')!;
  expect(textHeaders(output)).toMatchObject({ ce_id: like(/\/shout$/), 'tapline.redrive.count': '1' });
  expect(output.headers).not.toHaveProperty(['tapline.redrive.stage']);
  expect((await verb('dlq', 'replay', `${topology.name}.shout`)).text).toBe(
    `replayed 0 dead letters of ${topology.name}.shout.dlq\n` +
      'left 1 that were replayed before (--again takes them too)',
  );
  expect(await run.stop()).toBe(0);
});

test('a dry run writes nothing, and what fails again is not brought back more often than the limit says', async () => {
  const topology = await twoStages();
  const run = await up(topology);
  await produce(topology, ['bad']);
  await read(topology, 'shout.dlq', 1);
  const replay = (...options: string[]): ReturnType<typeof verb> =>
    verb('dlq', 'replay', `${topology.name}.shout`, '--max-redrives', '2', ...options);

  const dry = await replay('--dry-run');
  expect(dry).toMatchObject({ code: 0, text: like(/^would replay 1 dead letters/) });
  expect(await readAll(bootstrap, topology.topic('frames.words'))).toHaveLength(1);

  for (const letters of [2, 3]) {
    expect((await replay()).text).toMatch(/^replayed 1 dead letters/);
    await read(topology, 'shout.dlq', letters);
  }
  const third = await replay();

  expect(third.code).toBe(0);
  expect(third.text).toMatch(/^replayed 0 .*\nskipped 1, which\n +1 {2}replayed 2 times already \(--max-redrives 2\)/);
  expect(await readAll(bootstrap, topology.topic('frames.words'))).toHaveLength(3);
  const list = await verb('dlq', 'list', `${topology.name}.shout`, '--json');
  expect(JSON.parse(list.text)).toMatchObject([
    {
      records: 3,
      replayed: 2,
      groups: [{ stage: 'shout', code: 'PROCESSING_FAILED', message: '"bad" is bad', count: 3 }],
    },
  ]);
  expect(await run.stop()).toBe(0);
});

test('what a tap could not write goes back to that tap alone', async () => {
  const topology = await uniqueTopology(`
name: two
topics:
  frames.words: { partitions: 1 }
stages:
  copy: { from: frames.words, process: ${slow}, to: frames.same, with: { ms: 1 } }
taps:
  many: { on: frames.words, where: "$number($) > 1", sink: topic, with: { topic: frames.many } }
`);
  const run = await up(topology);
  await produce(topology, ['many', '2']);
  await read(topology, 'many.dlq', 1);

  const { text } = await verb('dlq', 'replay', `${topology.name}.many`, '--code', 'EXPRESSION_FAILED');

  expect(text).toMatch(new RegExp(`^replayed 1 .*\\n +1 {2}to .* for ${topology.name}.tap.many `));
  const letters = await read(topology, 'many.dlq', 2);
  expect(letters.map(({ headers }) => String(headers['tapline.redrive.count']))).toEqual(['undefined', '1']);
  await produce(topology, ['3']);
  expect(textOf(await read(topology, 'frames.many', 2))).toEqual(['2', '3']);
  expect(textOf(await read(topology, 'frames.same', 3))).toEqual(['many', '2', '3']);
  expect(await run.stop()).toBe(0);
});

test('reset refuses while the stage runs, and moves it when it is stopped', async () => {
  const topology = await twoStages();
  const group = `${topology.name}.shout`;
  const first = await up(topology);
  await produce(topology, ['one', 'two']);
  await read(topology, 'frames.end', 2);

  const refused = await verb('reset', group, '--to', 'earliest');
  expect(refused.code).toBe(2);
  expect(refused.text).toMatch(
    new RegExp(`^error ARGUMENT_INVALID group ${group} has 1 member \\(.*\\), .*; stop the stage first`),
  );
  await first.stop();

  const dry = await verb('reset', group, '--to', 'earliest', '--dry-run');
  expect(dry).toMatchObject({ code: 0, text: like(/ 2 -> 0 {2}reads 2 records again/) });
  const reset = await verb('reset', group, '--to', 'earliest');
  expect(reset).toMatchObject({ code: 0, text: like(/begins there at its next start/) });
  const second = await up(topology);

  expect(textOf(await read(topology, 'frames.loud', 4))).toEqual(['ONE', 'TWO', 'ONE', 'TWO']);
  expect(textOf(await readAll(bootstrap, topology.topic('frames.same')))).toEqual(['one', 'two']);
  expect(await second.stop()).toBe(0);
});

test('what the broker does not know is named with its mend', async () => {
  const wrong = await verb('reset', 'nowhere.stage', '--to', 'latest');
  expect(wrong.code).toBe(2);
  expect(wrong.text).toMatch(/ARGUMENT_INVALID no group nowhere.stage has committed anything; check the name/);

  const place = await verb('reset', 'nowhere.stage', '--to', 'yesterday');
  expect(place.code).toBe(2);
  expect(place.text).toMatch(/ARGUMENT_INVALID --to yesterday is no place in a topic; give earliest, latest/);
});

function textHeaders({ headers }: ConsumerRecord): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
