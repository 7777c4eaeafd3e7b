import { expect, inject, test } from 'vitest';
import { deadStage, like, verb } from './dead-letters.ts';
import { createdTopic, kafkaAt } from './kafka/cluster.ts';
import { deleteRecords } from './delete-records.ts';
import { readAll, readRecords } from './read-records.ts';
import { tapline } from './topology-run.ts';

const bootstrap = inject('bootstrap');
const kafka = kafkaAt(bootstrap);

const valuesIn = async (topic: string): Promise<string[]> =>
  (await readAll(bootstrap, topic)).map(({ value }) => String(value));

test('dead letters are listed by what they died of, numbers in the message apart', async () => {
  const stage = await deadStage();
  await stage.die(['E_A 1', 'E_B 2', 'E_A 3']);

  const { code, text } = await verb('dlq', 'list', stage.name);

  expect(code).toBe(0);
  expect(text.split('\n')).toEqual([
    `${stage.deadLetters}  3 dead letters`,
    '       2  decode  E_A  E_A 1 is bad',
    like(`^ +20.* to 20.*Z  e.g. from ${stage.input}-0@0, now ${stage.deadLetters}-0@0$`),
    '       1  decode  E_B  E_B 2 is bad',
    like(`^ +20.*Z  e.g. from ${stage.input}-0@1, now ${stage.deadLetters}-0@1$`),
  ]);
});

test('a filtered run leaves what it does not choose to later runs, and takes nothing twice', async () => {
  const stage = await deadStage();
  await stage.die(['E_A 1', 'E_B 2', 'E_A 3', 'E_C 4', 'E_D 5']);
  const replay = (...options: string[]): ReturnType<typeof verb> => verb('dlq', 'replay', stage.name, ...options);

  await replay('--code', 'E_A', '--code', 'E_C');
  await replay('--where', "$ = 'E_D 5' and $record.headers.'tapline.dlq.stage' = 'decode'");
  const rest = await replay();

  expect(rest.text).toMatch(/^replayed 1 .*\n.* E_B\nleft 4 that were replayed before/);
  const before = ['E_A 1', 'E_B 2', 'E_A 3', 'E_C 4', 'E_D 5'];
  expect(await valuesIn(stage.input)).toEqual([...before, 'E_A 1', 'E_A 3', 'E_C 4', 'E_D 5', 'E_B 2']);
  expect((await replay('--again', '--from', '1', '--to', '3', '--dry-run')).text).toMatch(
    /^would replay 2 .*\n.* E_B\n.* E_A\nleft 3 that the options do not choose/,
  );
});

test('a run that Ctrl-C ends goes on where it was', async () => {
  const stage = await deadStage();
  const values = ['E_A 1', 'E_A 2', 'E_A 3', 'E_A 4', 'E_A 5'];
  await stage.die(values);
  const run = await tapline({
    args: ['dlq', 'replay', stage.name, '--rate', '1'],
    env: { KAFKA_BROKERS: bootstrap },
  });
  await readRecords(bootstrap, stage.input, (records) => records.length >= values.length + 1);
  run.process.kill('SIGINT');

  expect(await run.ended, run.lines.join('\n')).toBe(130);
  expect(run.lines.join('\n')).toContain('run the same command again to go on');
  const { code } = await verb('dlq', 'replay', stage.name);

  expect(code).toBe(0);
  expect(await valuesIn(stage.input)).toEqual([...values, ...values]);
});

test('what was cut is completed from the place it was read at, and skipped when that is gone', async () => {
  const stage = await deadStage();
  const large = `E_LARGE ${'x'.repeat(960_000)}`;
  await stage.die([large, 'E_A 1']);
  expect((await readAll(bootstrap, stage.deadLetters))[0]!.value).toHaveLength(64 * 1024);

  expect((await verb('dlq', 'replay', stage.name, '--limit', '1')).text).toMatch(/^replayed 1 /);
  expect((await valuesIn(stage.input)).filter((value) => value === large)).toHaveLength(2);

  await deleteRecords(stage.input, '1');
  const again = await verb('dlq', 'replay', stage.name, '--again');
  expect(again.text).toMatch(/^replayed 1 .*\n.* E_A\nskipped 1, which\n +1 {2}are kept in part only/);
});

test('what a source could not write goes only where it is sent, for all who read there', async () => {
  const stage = await deadStage();
  const repair = await createdTopic(kafka);
  await stage.die(['E_A 1'], { record: { key: null, value: 'raw', headers: {} } });

  const { text } = await verb('dlq', 'replay', stage.name);
  expect(text).toMatch(/^replayed 0 .*\nskipped 1, which\n +1 {2}never were in a topic: a source could not write them/);
  const into = await verb('dlq', 'replay', stage.name, '--into', repair);

  expect(into.text).toMatch(new RegExp(`^replayed 1 .*\n +1 {2}to ${repair} for all who read it {2}E_A`));
  const [record] = await readAll(bootstrap, repair);
  expect(String(record!.value)).toBe('raw');
  expect(Object.keys(record!.headers)).toEqual(['tapline.redrive.timestamp', 'tapline.redrive.count']);
});

test('a topic that is gone and a topic that is not there are named', async () => {
  const stage = await deadStage();
  await stage.die(['E_A 1'], {
    record: { topic: 'gone', partition: 0, offset: 0n, key: null, value: 'v', headers: {} },
  });

  const gone = await verb('dlq', 'replay', stage.name);
  expect(gone).toMatchObject({ code: 0, text: like(/topic gone does not exist any more/) });
  const into = await verb('dlq', 'replay', stage.name, '--into', 'nowhere');
  expect(into).toMatchObject({ code: 2, text: like(/TOPIC_UNKNOWN topic "nowhere" does not exist/) });
  const wrong = await verb('dlq', 'replay', 'no.stage');
  expect(wrong.code).toBe(2);
  expect(wrong.text).toMatch(/ARGUMENT_INVALID there is no dead-letter topic no.stage.dlq; there are: /);
});

test('discarded dead letters are gone, and the list keeps how many and why', async () => {
  const stage = await deadStage();
  await stage.die(['E_A 1', 'E_A 2', 'E_B 3']);
  const discard = (...options: string[]): ReturnType<typeof verb> => verb('dlq', 'discard', stage.name, ...options);

  expect((await discard('--to', '2', '--dry-run')).text).toMatch(/^would discard 2 dead letters of .* before offset 2/);
  expect(await readAll(bootstrap, stage.deadLetters)).toHaveLength(3);
  expect(await discard('--to', '2')).toMatchObject({ code: 2, text: like(/give --reason <text>/) });
  expect(await discard('--to', '9', '--reason', 'x')).toMatchObject({
    code: 2,
    text: like(/--to 9 is after the end of .*, which is 3; give at most that, or --all/),
  });

  const done = await discard('--to', '2', '--reason', 'camera was broken');

  expect(done).toMatchObject({ code: 0, text: like(/: camera was broken\ndiscarded 2 dead letters/) });
  const list = await verb('dlq', 'list', stage.name);
  expect(list.text).toMatch(/ 1 dead letters\n(.*\n)+ +2 {2}discarded by .*: camera was broken$/);
  expect((await verb('dlq', 'replay', stage.name)).text).toMatch(
    /^replayed 1 dead letters of .*\n.* E_B\nwarning: group/,
  );
});
