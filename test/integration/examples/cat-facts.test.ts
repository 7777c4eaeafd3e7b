import type { RequestListener } from 'node:http';
import { expect, inject, test } from 'vitest';
import { headerText } from '../../../pipeline/ports/record.ts';
import { readAll } from '../read-records.ts';
import { until } from '../until.ts';
import { localServer } from './local-server.ts';
import { copyExample, runExample } from './run-example.ts';

const bootstrap = inject('bootstrap');
const long = 'a long fact '.repeat(12);

function fact(text: string): RequestListener {
  return (_request, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ fact: text, length: text.length }));
}

test('cat-facts: an error and an odd answer are set aside, the poll goes on, and every listener has what it listens for', async () => {
  const answers: readonly RequestListener[] = [
    fact('Cats purr.'),
    (_request, response) => response.writeHead(500).end('down'),
    (_request, response) => response.setHeader('content-type', 'application/json').end('<html>'),
    fact(long),
  ];
  let asked = 0;
  const { url } = await localServer((request, response) => answers[asked++ % answers.length]!(request, response));
  const example = await copyExample('cat-facts');

  const run = await runExample(
    example,
    '--set',
    `sources.facts.with.url=${url}`,
    '--set',
    'sources.facts.with.every=200ms',
  );
  await run.line(/^print Cats purr\./);
  await run.line(/^statistics .*"longest":144/);
  const kept = () => readAll(bootstrap, example.topic('facts.long'));
  await until(async () => (await kept()).length > 1, { what: 'long facts' });
  expect(await run.stop()).toBe(0);

  expect(new Set((await kept()).map(({ value }) => String(value)))).toEqual(
    new Set([JSON.stringify({ fact: long, length: 144 })]),
  );
  const facts = await readAll(bootstrap, example.topic('facts'));
  const letters = await readAll(bootstrap, `${example.name}.facts.dlq`);
  expect(letters.slice(0, 2).map(({ value }) => String(value))).toEqual(['down', '<html>']);
  expect(new Set(letters.map(({ headers }) => headerText(headers, 'tapline.dlq.error-code')))).toEqual(
    new Set(['SOURCE_BAD_ANSWER']),
  );
  expect(Math.abs(facts.length - letters.length)).toBeLessThanOrEqual(2);
  expect(facts.length + letters.length).toBeGreaterThanOrEqual(6);
});
