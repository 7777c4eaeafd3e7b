import type { RequestListener } from 'node:http';
import { expect, inject, test } from 'vitest';
import { headerText } from '../../pipeline/ports/record.ts';
import { localServer, received, type Received } from './examples/local-server.ts';
import { readAll } from './read-records.ts';
import { tapline, uniqueTopology } from './topology-run.ts';
import { until } from './until.ts';

const bootstrap = inject('bootstrap');
const env = { KAFKA_BROKERS: bootstrap };

test('a webhook gets every record in order, after errors and a hang too, and what it refuses is set aside', async () => {
  const requests: Received[] = [];
  const hang: RequestListener = () => undefined;
  const status =
    (code: number): RequestListener =>
    (_request, response) =>
      response.writeHead(code).end();
  const troubles: Record<string, RequestListener[]> = {
    two: [status(500), status(500)],
    three: [hang],
    four: [status(422)],
  };
  const { url } = await localServer(
    received(requests, (request, response) => {
      const trouble = troubles[requests.at(-1)!.body.toString()]?.shift() ?? status(204);
      trouble(request, response);
    }),
  );
  const topology = await uniqueTopology(`
name: calls
topics: { frames.calls: { partitions: 1 } }
taps:
  call:
    on: frames.calls
    sink: webhook
    with: { url: "${url}", timeout: 500ms }
    onError: { retries: 5, backoff: 50ms }
`);
  const up = await tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  await up.line(/metrics http/);
  const produce = await tapline({ args: ['produce', topology.topic('frames.calls')], env });
  produce.process.stdin!.end('one\ntwo\nthree\nfour\nfive\n');

  await until(() => requests.some(({ body }) => String(body) === 'five'), { what: 'five' });
  expect(await up.stop()).toBe(0);

  expect(requests.map(({ body }) => String(body))).toEqual([
    'one',
    'two',
    'two',
    'two',
    'three',
    'three',
    'four',
    'five',
  ]);
  const ids = new Map(requests.map(({ body, headers }) => [String(body), headers['idempotency-key']]));
  expect(requests.every(({ body, headers }) => headers['idempotency-key'] === ids.get(String(body)))).toBe(true);
  expect(new Set(ids.values()).size).toBe(5);
  const letters = await readAll(bootstrap, `${topology.name}.call.dlq`);
  expect(letters.map(({ value, headers }) => [String(value), headerText(headers, 'tapline.dlq.error-code')])).toEqual([
    ['four', 'SINK_REFUSED'],
  ]);
});

test('what was posted before an orderly stop is not posted again', async () => {
  const requests: Received[] = [];
  let answer = (): void => undefined;
  const { url } = await localServer(
    received(requests, (_request, response) => {
      if (requests.length === 2) answer = () => response.end();
      else response.end();
    }),
  );
  const topology = await uniqueTopology(`
name: calls
topics: { frames.calls: { partitions: 1 } }
taps:
  call: { on: frames.calls, sink: webhook, with: { url: "${url}" } }
`);
  const start = () => tapline({ args: ['up', topology.file, '--no-ui'], env, directory: topology.directory });
  const first = await start();
  await first.line(/metrics http/);
  const produce = await tapline({ args: ['produce', topology.topic('frames.calls')], env });
  produce.process.stdin!.end('one\ntwo\nthree\n');
  await until(() => requests.length === 2, { what: 'two' });

  const stopping = first.stop();
  await first.line(/stopping/);
  answer();
  expect(await stopping).toBe(0);
  const second = await start();
  await until(() => requests.some(({ body }) => String(body) === 'three'), { what: 'three' });
  expect(await second.stop()).toBe(0);

  expect(requests.map(({ body }) => String(body))).toEqual(['one', 'two', 'three']);
});
