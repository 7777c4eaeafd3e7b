import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { readAll } from '../read-records.ts';
import { until } from '../until.ts';
import { copyExample, runExample } from './run-example.ts';

const bootstrap = inject('bootstrap');

/** A line in one of the three formats, in turn; two of five are errors in the third minute. */
function line(number: number, minute: number): string {
  const time = `2026-01-01T00:0${minute}:${String(number % 60).padStart(2, '0')}`;
  const failed = minute === 2 && number % 5 < 2;
  const level = failed ? 'error' : 'info';
  if (number % 3 === 0) return `{"time":"${time}Z","level":"${level}","service":"shop","msg":"line ${number}"}\n`;
  if (number % 3 === 1) return `ts=${time}Z level=${level} service=shop msg="line ${number}"\n`;
  const at = `01/Jan/2026:${time.slice(11)} +0000`;
  return `10.0.0.7 - - [${at}] "line ${number}" ${failed ? 502 : 200} 512 "-" "curl/8.5.0"\n`;
}

function lines(from: number, minute: number): string {
  return Array.from({ length: 20 }, (_, index) => line(from + index, minute)).join('');
}

test('logs: every line is read once through a rotation and a kill, and a minute of errors raises one alarm and ends it', async () => {
  const example = await copyExample('logs');
  const log = join(example.directory, 'logs/shop.log');
  await mkdir(join(example.directory, 'logs'), { recursive: true });
  await writeFile(log, lines(0, 1));
  const numbers = async (): Promise<readonly number[]> =>
    (await readAll(bootstrap, example.topic('entries'))).map(({ value }) =>
      Number(/line (\d+)/.exec(String(value))?.[1]),
    );
  const haveCome = (count: number): Promise<void> =>
    until(async () => (await numbers()).length >= count, { what: `${count} entries` });

  const run = await runExample(example);
  await haveCome(20);
  const [pid] = (await run.status()).sources[0]!.pids;
  await rename(log, `${log}.1`);
  await appendFile(`${log}.1`, lines(20, 2));
  process.kill(pid!, 'SIGKILL');
  await writeFile(log, lines(40, 3));
  await haveCome(60);
  await appendFile(log, `Segmentation fault\n${lines(60, 4)}`);
  await run.line(/^alarm shop normal: 0 % errors/);
  expect((await run.status()).sources[0]!.restarts).toBe(1);
  expect(await run.stop()).toBe(0);

  expect((await numbers()).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, index) => index));
  expect(run.lines.filter((one) => one.startsWith('alarm '))).toEqual([
    'alarm shop high: 40 % errors',
    'alarm shop normal: 0 % errors',
  ]);
  expect(run.lines.filter((one) => one.startsWith('minute '))).toEqual([
    'minute shop 0 of 20 lines until 2026-01-01T00:02:00.000Z',
    'minute shop 8 of 20 lines until 2026-01-01T00:03:00.000Z',
    'minute shop 0 of 20 lines until 2026-01-01T00:04:00.000Z',
  ]);
  const letters = await readAll(bootstrap, `${example.name}.parse.dlq`);
  expect(letters.map(({ value }) => String(value))).toEqual(['Segmentation fault']);
});
