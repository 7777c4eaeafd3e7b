import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { headerText } from '../../pipeline/ports/record.ts';
import type { SourceRecord } from '../../pipeline/ports/source.ts';
import httpListen from '../../pipeline/sources/http-listen.ts';
import { until } from '../integration/until.ts';
import { runSource } from './source-harness.ts';

/** A source that listens on a free port, and the records it makes; they are acknowledged at once unless `holding`. */
async function listening(options: object = {}, { holding = false } = {}) {
  const run = runSource(httpListen, { port: 0, path: '/orders', ...options });
  const records: SourceRecord[] = [];
  const ended = (async () => {
    for await (const record of run.records) {
      records.push(record);
      if (!holding) record.settled?.(true);
    }
  })();
  onTestFinished(async () => {
    run.stop();
    for (const { settled } of records) settled?.(false);
    await ended;
  });
  await until(() => run.announced.length > 0, { what: 'an address' });
  const url = run.announced[0]!;
  const post = (body: string, headers: Record<string, string> = {}, method = 'POST') =>
    fetch(url, { method, headers: { 'content-type': 'application/json', ...headers }, ...(body !== '' && { body }) });
  return { ...run, records, url, post, ended };
}

const valuesOf = (records: readonly SourceRecord[]) => records.map(({ value }) => String(value));
const errorOf = async (response: Response) => [response.status, ((await response.json()) as { error: string }).error];

describe('http-listen', () => {
  it('makes a record of an object, one of each element of a list, and one of a text', async () => {
    const { post, records } = await listening({ key: 'order.id' });

    const one = await post('{"order": {"id": 7}}');
    const list = await post('[{"order":{"id":"a"}},{"order":{"id":"b"}}]');

    expect([one.status, list.status]).toEqual([202, 202]);
    expect(records.map(({ key, value }) => [key, String(value)])).toEqual([
      ['7', '{"order": {"id": 7}}'],
      ['a', '{"order":{"id":"a"}}'],
      ['b', '{"order":{"id":"b"}}'],
    ]);
    const { ids } = (await list.json()) as { ids: string[] };
    expect(ids).toEqual(records.slice(1).map(({ headers }) => headerText(headers, 'ce_id')));
    expect(new Set(records.map(({ headers }) => headers['ce_id'])).size).toBe(3);
    const texts = await listening();
    await texts.post('Grüße', { 'content-type': 'text/plain; charset=utf-8' });
    expect(valuesOf(texts.records)).toEqual(['Grüße']);
    expect(texts.records[0]).toMatchObject({ key: null, headers: { 'content-type': 'text/plain; charset=utf-8' } });
  });

  it('answers only when the broker has acknowledged every record of the request', async () => {
    const { post, records } = await listening({}, { holding: true });
    let answered = false;

    const answer = post('[{"n":1},{"n":2}]').finally(() => (answered = true));
    await until(() => records.length === 2, { what: 'two records' });
    records[0]!.settled!(true);
    await new Promise(setImmediate);
    const early = answered;
    records[1]!.settled!(true);

    expect((await answer).status).toBe(202);
    expect(early).toBe(false);
  });

  it('takes the Idempotency-Key as the id of the record, and numbers those of a list', async () => {
    const { post, records } = await listening();

    await post('{}', { 'idempotency-key': 'order-1' });
    await post('{}', { 'idempotency-key': '"order-1"' });
    await post('[1,2]', { 'idempotency-key': 'order-2' });
    const bad = await post('{}', { 'idempotency-key': 'a b' });

    expect(records.map(({ headers }) => [headers['ce_id'], headers['ce_subject']])).toEqual([
      ['order-1', 'order-1'],
      ['order-1', 'order-1'],
      ['order-2-0', 'order-2-0'],
      ['order-2-1', 'order-2-1'],
    ]);
    expect(await errorOf(bad)).toEqual([
      400,
      'Idempotency-Key must be 1 to 200 visible ASCII characters without spaces; correct it',
    ]);
  });

  it('says what is wrong with a request, and writes nothing of it', async () => {
    const { post, records, url } = await listening({ key: 'id', maxBytes: '20B' });
    const plain = { 'content-type': 'text/plain' };

    expect(await errorOf(await post('{"id":'))).toEqual([
      400,
      expect.stringMatching(/^the body is no JSON: .*; correct it/),
    ]);
    expect(await errorOf(await post('5'))).toEqual([400, expect.stringMatching(/neither an object nor a list/)]);
    expect(await errorOf(await post('[]'))).toEqual([400, 'the list is empty; send at least one element']);
    expect(await errorOf(await post('[{"id":1},{}]'))).toEqual([
      400,
      'element 1 of the list has no key: "id" gives neither a text nor a number; correct it',
    ]);
    expect(await errorOf(await post('x', plain))).toEqual([400, expect.stringMatching(/^the body has no key/)]);
    expect(await errorOf(await post('x', { 'content-type': 'application/x-www-form-urlencoded' }))).toEqual([
      415,
      'content-type application/x-www-form-urlencoded is not taken; send content-type: application/json or text/plain',
    ]);
    expect(await errorOf(await fetch(url, { method: 'POST' }))).toEqual([
      415,
      'the content-type is missing; send content-type: application/json or text/plain',
    ]);
    expect(await errorOf(await post('x', { 'content-encoding': 'gzip' }))).toEqual([
      415,
      expect.stringMatching(/gzip/),
    ]);
    expect(await errorOf(await post(`{"id":"${'x'.repeat(20)}"}`))).toEqual([
      413,
      'the body is larger than 20B; send less, or raise maxBytes',
    ]);
    expect(await errorOf(await post('', {}, 'DELETE'))).toEqual([405, expect.stringMatching(/send records with POST/)]);
    expect(await errorOf(await fetch(`${url}/other`))).toEqual([
      404,
      'there is nothing at /orders/other; records are taken at /orders',
    ]);
    expect(records).toEqual([]);
  });

  it('refuses a body that grows too large though it did not say so', async () => {
    const { url, records } = await listening({ maxBytes: '1KB' });

    const status = await new Promise((resolve) => {
      const sending = httpRequest(url, { method: 'POST', headers: { 'content-type': 'application/json' } }, (answer) =>
        resolve(answer.statusCode),
      );
      sending.on('error', () => undefined); // the rest is not read
      for (let piece = 0; piece < 10; piece++) sending.write('x'.repeat(500));
    });

    expect(status).toBe(413);
    expect(records).toEqual([]);
  });

  it('answers 503 with Retry-After while too many records wait, and takes more when they are acknowledged', async () => {
    const { post, records } = await listening({ maxWaiting: 2 }, { holding: true });
    const waiting = [post('{"n":1}'), post('{"n":2}')];
    await until(() => records.length === 2, { what: 'two records' });

    const refused = await post('{"n":3}');
    for (const { settled } of records) settled?.(true);
    await Promise.all(waiting);
    const answer = post('{"n":4}');
    await until(() => records.length === 3, { what: 'a third' });
    records[2]!.settled!(true);

    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await answer).status).toBe(202);
    expect(valuesOf(records)).toEqual(['{"n":1}', '{"n":2}', '{"n":4}']);
  });

  it('answers 503 when the broker takes too long, or the record has fallen out', async () => {
    const { post, records } = await listening({ timeout: '100ms' }, { holding: true });

    const inDoubt = await post('{"n":1}');
    const fallen = post('{"n":2}');
    await until(() => records.length === 2, { what: 'two records' });
    records[1]!.settled!(false);

    expect(await errorOf(inDoubt)).toEqual([503, expect.stringMatching(/may be written or not.*Idempotency-Key/)]);
    expect(await errorOf(await fallen)).toEqual([503, expect.stringMatching(/were not written/)]);
  });

  it('asks for the token where one is set, and for one where the network can reach it', async () => {
    const { post, url } = await listening({ token: 'geheimnis' });

    const none = await post('{}');
    const wrong = await post('{}', { authorization: 'Bearer geheimniss' });
    const right = await post('{}', { authorization: 'Bearer geheimnis' });

    expect([none.status, wrong.status, right.status]).toEqual([401, 401, 202]);
    expect(none.headers.get('www-authenticate')).toBe('Bearer');
    expect((await fetch(url)).status).toBe(401);
    expect(httpListen.options.safeParse({ host: '0.0.0.0' }).error?.issues[0]).toMatchObject({
      path: ['token'],
      message: 'is needed where host is not of this machine alone; write token: ${secret:NAME}',
    });
    expect(httpListen.options.safeParse({ host: '0.0.0.0', token: 'geheimnis' }).success).toBe(true);
  });

  it('takes nothing from pages of foreign sites, unless they are named', async () => {
    const { post, url } = await listening({ origins: ['https://shop.example'] });
    const foreignHost = await new Promise((resolve) => {
      httpRequest(url, { headers: { host: 'evil.example' } }, (answer) => resolve(answer.statusCode)).end();
    });

    const foreign = await post('{}', { origin: 'https://evil.example' });
    const named = await post('{}', { origin: 'https://shop.example' });
    const asked = await post('', { origin: 'https://shop.example' }, 'OPTIONS');

    expect(foreignHost).toBe(403);
    expect(await errorOf(foreign)).toEqual([
      403,
      'pages of https://evil.example may not send records here; name it in origins',
    ]);
    expect([named.status, asked.status]).toEqual([202, 204]);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  });

  it('tells on GET how it stands', async () => {
    const { post, url } = await listening();
    await post('[1,2]');
    await post('nothing');

    expect(await (await fetch(url)).json()).toEqual({ source: 'camera', accepted: 2, waiting: 0, refused: 1 });
  });

  it('goes on after requests that break off or are none', async () => {
    const { post, url, records } = await listening();
    const { port } = new URL(url);
    for (const text of [
      'POST // HTTP/1.1\r\nhost: localhost\r\n\r\n',
      'nonsense\r\n\r\n',
      'POST /orders HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{"half',
    ]) {
      const socket = connect(Number(port), '127.0.0.1', () => socket.end(text));
      await new Promise((resolve) => socket.on('error', resolve).on('close', resolve).resume());
    }
    const deep = await post(`[${'['.repeat(100_000)}${']'.repeat(100_000)}]`);

    expect(deep.status).toBeLessThan(500);
    expect((await post('{"n":1}')).status).toBe(202);
    expect(valuesOf(records).at(-1)).toBe('{"n":1}');
  });

  it('answers what is under way before it ends', async () => {
    const source = await listening({}, { holding: true });
    const { post, records, ended, url } = source;
    const answer = post('{"n":1}');
    await until(() => records.length === 1, { what: 'a record' });

    source.stop();
    records[0]!.settled!(true);

    expect((await answer).status).toBe(202);
    await ended;
    await expect(fetch(url)).rejects.toThrow();
  });

  it('answers in doubt what the broker does not acknowledge while it ends', { timeout: 15_000 }, async () => {
    const source = await listening({}, { holding: true });
    const { post, records } = source;
    const answer = post('{"n":1}');
    await until(() => records.length === 1, { what: 'a record' });

    source.stop();

    expect(await errorOf(await answer)).toEqual([503, expect.stringMatching(/may be written or not/)]);
  });

  it('says in one sentence that its port is taken', async () => {
    const { url } = await listening();
    const port = Number(new URL(url).port);

    const busy = runSource(httpListen, { port });

    await expect(busy.records[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'SOURCE_PORT_BUSY',
      message: `source "camera": port ${port} is taken on 127.0.0.1; choose another (with: { port: ${port + 1} }) or stop the program that has it`,
    });
  });
});
