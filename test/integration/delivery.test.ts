import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { deleteRecords } from './delete-records.ts';
import { readAll, readRecords } from './read-records.ts';
import { tapline, uniqueTopology, type UniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };
const processor = (name: string): string => join(import.meta.dirname, 'processors', `${name}.ts`);

const picky = `
name: picky
topics:
  frames.words: { partitions: 1 }
stages:
  shout: { from: frames.words, process: ${processor('picky')}, to: frames.loud, onError: { retries: 2, backoff: 10ms } }
`;

async function produce(topology: UniqueTopology, lines: readonly string[]): Promise<void> {
  const run = await tapline({ args: ['produce', topology.topic('frames.words'), '--key', 'k'], env });
  run.process.stdin!.end(lines.map((line) => `${line}\n`).join(''));
  expect(await run.ended, run.lines.join('\n')).toBe(0);
}

test('a bad record becomes a dead letter with its bytes, headers and reason, and its neighbours keep their order', async () => {
  const topology = await uniqueTopology(picky);
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await up.line(/metrics http/);

  await produce(topology, ['one', 'bad two', 'flaky three', 'four']);

  const loud = await readRecords(bootstrap, topology.topic('frames.loud'), (records) => records.length >= 3);
  expect(loud.map(({ value }) => String(value))).toEqual(['ONE', 'FLAKY THREE', 'FOUR']);
  const [letter] = await readRecords(bootstrap, `${topology.name}.shout.dlq`, (records) => records.length >= 1);
  expect(String(letter!.value)).toBe('bad two');
  expect(String(letter!.key)).toBe('k');
  const headers = Object.fromEntries(Object.entries(letter!.headers).map(([name, value]) => [name, String(value)]));
  expect(headers).toMatchObject({
    ce_source: '/sources/produce',
    'tapline.dlq.topic': topology.topic('frames.words'),
    'tapline.dlq.partition': '0',
    'tapline.dlq.offset': '1',
    'tapline.dlq.stage': 'shout',
    'tapline.dlq.attempts': '1',
    'tapline.dlq.error-class': 'PoisonRecordError',
    'tapline.dlq.error-message': '"bad two" is bad',
  });

  const show = await tapline({ args: ['dlq', 'show', `${topology.name}.shout`], env });
  await show.ended;
  expect(show.lines.join('\n')).toContain('"bad two" is bad');
  expect(await up.stop()).toBe(0);
});

test('two stages on one topic are two groups, and each gets every record', async () => {
  const topology = await uniqueTopology(`
name: two
topics:
  frames.words: { partitions: 2 }
stages:
  left: { from: frames.words, process: map, to: frames.left, with: { select: "$" } }
  right: { from: frames.words, process: map, to: frames.right, with: { select: "$" } }
`);
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await up.line(/metrics http/);
  const numbers = Array.from({ length: 50 }, (_, n) => String(n));

  await produce(topology, numbers);

  for (const side of ['frames.left', 'frames.right']) {
    const records = await readRecords(bootstrap, topology.topic(side), (read) => read.length >= numbers.length);
    expect(records.map(({ value }) => String(value))).toEqual(numbers);
  }
  expect(await up.stop()).toBe(0);
});

test('a stage that is killed is restarted and goes on where it was, with nothing lost', async () => {
  const topology = await uniqueTopology(picky);
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await up.line(/metrics http/);
  await produce(topology, ['before']);
  await readRecords(bootstrap, topology.topic('frames.loud'), (records) => records.length >= 1);

  process.kill((await up.status()).stages[0]!.pids[0]!, 'SIGKILL');
  await up.line(/shout-0 died \(killed by SIGKILL\)/);
  const killedMs = Date.now();
  await produce(topology, ['after']);
  const records = await readRecords(bootstrap, topology.topic('frames.loud'), (read) =>
    read.some(({ value }) => String(value) === 'AFTER'),
  );

  expect(Date.now() - killedMs).toBeLessThan(9_000); // below the session time-out: its partitions were freed for it
  expect(new Set(records.map(({ value }) => String(value)))).toEqual(new Set(['BEFORE', 'AFTER']));
  expect((await up.status()).stages[0]!.restarts).toBe(1);
  expect(await up.stop()).toBe(0);
});

test('records that retention deleted before a stage read them are shouted, counted, and fail --until-done', async () => {
  const topology = await uniqueTopology(picky);
  const first = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await first.line(/metrics http/);
  await produce(topology, ['one']);
  await until(
    async () => (await first.status()).stages[0]!.lag === 0 && (await first.status()).stages[0]!.recordsOut === 1,
    { what: 'one' },
  );
  await first.stop();
  await produce(topology, ['two', 'three', 'four']);
  await deleteRecords(topology.topic('frames.words'), '3');

  const second = await tapline({
    args: ['up', topology.file, '--no-ui', '--until-done'],
    env,
    directory: topology.directory,
  });

  expect(await second.ended, second.lines.join('\n')).toBe(1);
  expect(second.lines.join('\n')).toMatch(/RECORDS_LOST stage "shout": retention deleted 2 records/);
  expect((await readAll(bootstrap, topology.topic('frames.loud'))).map(({ value }) => String(value))).toEqual([
    'ONE',
    'FOUR',
  ]);
});
