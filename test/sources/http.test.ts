import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { readFrame } from '../../pipeline/frame/frame.ts';
import http from '../../pipeline/sources/http.ts';
import { runSource, type SourceRun } from './source-harness.ts';

const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/value`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Answers in turn; the last one again and again. */
function inTurn(...answers: readonly [RequestListener, ...RequestListener[]]): RequestListener {
  let turn = 0;
  return (request, response) => (answers[Math.min(turn++, answers.length - 1)] ?? answers[0])(request, response);
}

const json =
  (body: unknown): RequestListener =>
  (_request, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));

async function untilRecords(run: SourceRun, count: number) {
  const records = [];
  for await (const record of run.records) {
    records.push(record);
    if (records.length === count) run.stop();
  }
  return records;
}

describe('http', () => {
  const quick = { every: '100ms', timeout: '300ms' };

  it('sends each answer as a record with the key of the source', async () => {
    const url = await serve(inTurn(json({ t: 20.5 }), json({ t: 21 })));

    const records = await untilRecords(runSource(http, { url, ...quick, sourceId: 'roof' }), 2);

    expect(records.map(({ key, value }) => [key, String(value)])).toEqual([
      ['roof', '{"t":20.5}'],
      ['roof', '{"t":21}'],
    ]);
    expect(records[0]!.headers).toMatchObject({
      'content-type': 'application/json',
      ce_type: 'dev.tapline.record.v1',
      ce_source: '/sources/roof',
    });
  });

  it('makes live frames of pictures, whatever the server calls them', async () => {
    const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const url = await serve((_request, response) => response.setHeader('content-type', 'text/plain').end(picture));

    const [record] = await untilRecords(runSource(http, { url, ...quick, as: 'picture' }), 1);

    const { contentType, bytes, meta } = readFrame(record as never);
    expect(contentType).toBe('image/png');
    expect(bytes.equals(picture)).toBe(true);
    expect(meta.frame).toMatchObject({ kind: 'live', sourceId: 'camera', seq: 0 });
  });

  it('makes a dead letter of every answer it cannot use, and goes on asking', async () => {
    const url = await serve(
      inTurn(
        (_request, response) => response.writeHead(503).end('down for repair'),
        (_request, response) => response.setHeader('content-type', 'application/json').end('{"t":'),
        (_request, response) => response.setHeader('content-type', 'application/pdf').end('%PDF'),
        (_request, response) => response.setHeader('content-type', 'text/plain').end('x'.repeat(3000)),
        (_request, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(9e6))),
        (_request, response) => response.socket?.destroy(),
        (_request, response) => response.write('beginning'),
        (_request, response) => response.writeHead(302, { location: '/value' }).end(),
        (request, response) => (request.url === '/value' ? json('well again')(request, response) : response.end()),
      ),
    );
    const run = runSource(http, { url, ...quick, maxBytes: '2KB' });

    const [record] = await untilRecords(run, 1);

    expect(String(record!.value)).toBe('"well again"');
    expect(run.deadLetters.map(({ code, raw }) => [code, raw.slice(0, 20), raw.length])).toEqual([
      ['SOURCE_BAD_ANSWER', 'down for repair', 15],
      ['SOURCE_BAD_ANSWER', '{"t":', 5],
      ['SOURCE_BAD_ANSWER', '%PDF', 4],
      ['SOURCE_RECORD_TOO_LARGE', 'x'.repeat(20), 2048],
      ['SOURCE_RECORD_TOO_LARGE', 'x'.repeat(20), 2048],
      ['SOURCE_NO_ANSWER', '', 0],
      ['SOURCE_NO_ANSWER', '', 0],
    ]);
    const messages = run.deadLetters.map(({ message }) => message.replace(url, 'URL'));
    expect(messages[0]).toBe('URL answered 503 Service Unavailable; check the address and its server');
    expect(messages[2]).toBe(
      'URL answered with application/pdf, which is neither JSON nor text nor a picture; set as: to what it serves',
    );
    expect(messages[5]).toBe('URL gave no answer: other side closed; check the address');
    expect(messages[6]).toBe('URL gave no answer: not within 300ms; check the address');
  });

  it('tells why an address cannot be reached', async () => {
    const url = await serve(json(1));
    servers.splice(0).forEach((server) => server.close());
    const run = runSource(
      http,
      { url, ...quick },
      {
        deadLetter: async (_raw, error) => {
          run.stop();
          expect(error).toMatchObject({ code: 'SOURCE_NO_ANSWER' });
          expect((error as Error).message).toMatch(/gave no answer: connect ECONNREFUSED 127\.0\.0\.1/);
        },
      },
    );

    expect.assertions(2);
    await untilRecords(run, 1);
  });

  it('sends nothing where the server says that nothing has changed', async () => {
    const asked: (string | undefined)[] = [];
    const versions = ['"a"', '"a"', '"b"'];
    const url = await serve((request, response) => {
      const version = versions[asked.length] ?? '"b"';
      asked.push(request.headers['if-none-match']);
      if (request.headers['if-none-match'] === version) response.writeHead(304).end();
      else response.writeHead(200, { etag: version, 'content-type': 'text/plain' }).end(version);
    });

    const records = await untilRecords(runSource(http, { url, ...quick }), 2);

    expect(records.map(({ value }) => String(value))).toEqual(['"a"', '"b"']);
    expect(asked).toEqual([undefined, '"a"', '"a"']);
  });

  it('sends the headers it is given', async () => {
    const url = await serve((request, response) => json(request.headers.authorization)(request, response));

    const [record] = await untilRecords(runSource(http, { url, headers: { authorization: 'Bearer of news' } }), 1);

    expect(String(record!.value)).toBe('"Bearer of news"');
  });

  it('stops in the middle of an answer without a dead letter', async () => {
    let run: SourceRun | null = null;
    const url = await serve((_request, response) => {
      response.write('beginning');
      run?.stop();
    });
    run = runSource(http, { url, every: '100ms', timeout: '1m' });

    const records = await untilRecords(run, 1);

    expect(records).toEqual([]);
    expect(run.deadLetters).toEqual([]);
  });

  it('takes no other addresses than http and https, and knows what it will produce', () => {
    expect(http.options.safeParse({ url: 'file:///etc/passwd' }).error?.issues[0]?.message).toBe(
      'must be an http or https address',
    );
    const nature = (as: string) => http.nature(http.options.parse({ url: 'https://example.org/', as }));
    expect(nature('picture')).toEqual({ endless: true, live: true, produces: 'frames' });
    expect(nature('json')).toEqual({ endless: true, live: true });
  });
});
