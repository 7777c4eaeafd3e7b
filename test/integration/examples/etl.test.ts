import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { headerText } from '../../../pipeline/ports/record.ts';
import { readAll } from '../read-records.ts';
import { until } from '../until.ts';
import { copyExample, runExample } from './run-example.ts';

const bootstrap = inject('bootstrap');

test('etl: what the shop sells comes to the reports, each sale once, and what the till forgot is set aside', async () => {
  const example = await copyExample('etl');
  for (const name of ['shop.db', 'reports.db']) await rm(join(example.directory, name), { force: true }); // of a run by hand
  const script = (name: string, ...args: string[]): string =>
    execFileSync(process.execPath, [join(example.directory, name), ...args], { encoding: 'utf8', stdio: 'pipe' });
  const isRight = (): boolean => /^(right .*\n){4}$/.test(script('report.mjs'));
  const run = await runExample(example);

  script('sell.mjs', '500');
  await until(isRight, { what: () => `the reports\n${run.lines.join('\n')}` });
  script('sell.mjs', '500');
  await until(isRight, { what: () => `the reports\n${run.lines.join('\n')}` });
  expect(await run.stop()).toBe(0);

  const letters = await readAll(bootstrap, `${example.name}.archive.dlq`);
  expect(letters.map(({ headers }) => headerText(headers, 'tapline.dlq.error-code'))).toEqual(
    Array(4).fill('SINK_ROW_REFUSED'),
  );
  expect(headerText(letters[0]!.headers, 'tapline.dlq.error-message')).toBe(
    'sqlite:reports.db refuses a row for sales: NOT NULL constraint failed: sales.item; correct the record or the table',
  );
});
