import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import webhook from '../../pipeline/sinks/webhook.ts';
import { reactTo } from '../../pipeline/task/error-policy.ts';
import type { SinkRecord } from '../../pipeline/ports/sink.ts';
import { localServer, received, type Received } from '../integration/examples/local-server.ts';
import { sinkRecord, sinkSetup } from './sink-setup.ts';

const policy = { retries: 3, backoffMs: 100, then: 'deadLetter' } as const;
const event = {
  ce_specversion: '1.0',
  ce_id: 'shop-1/orders',
  ce_source: '/sources/shop',
  ce_type: 'dev.tapline.record.v1',
  ce_time: '2026-01-01T00:00:00.000Z',
  ce_subject: 'Köln "ä"',
  traceparent: '00-1-2-01',
  'frame-meta': '{}',
};

async function posted(record: Partial<SinkRecord>, options: object = {}): Promise<Received> {
  const requests: Received[] = [];
  const { url } = await localServer(received(requests));
  const sink = await webhook.create(webhook.options.parse({ url, ...options }), sinkSetup());
  await sink.write(sinkRecord(record));
  return requests[0]!;
}

/** What a sink throws when its server answers so. */
async function thrownAt(status: number, headers: Record<string, string> = {}): Promise<Error> {
  const { url } = await localServer((_request, response) => response.writeHead(status, headers).end('no\n room'));
  const sink = await webhook.create(webhook.options.parse({ url }), sinkSetup());
  try {
    await sink.write(sinkRecord());
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return Object.assign(error, { message: error.message.replace(url, 'URL') });
  }
  return expect.fail('it took the record');
}

describe('webhook', () => {
  it('posts the value with its content type, and the record as a CloudEvent', async () => {
    const value = Buffer.from('{"n":1}');
    const request = await posted({
      key: Buffer.from('k'),
      value,
      headers: { ...event, 'content-type': 'application/json' },
    });

    expect(request.body.toString()).toBe('{"n":1}');
    expect(request.method).toBe('POST');
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'shop-1/orders',
      'ce-time': '2026-01-01T00:00:00.000Z',
      'ce-subject': 'K%C3%B6ln%20%22%C3%A4%22',
      'ce-partitionkey': 'k',
      traceparent: '00-1-2-01',
      'idempotency-key': 'shop-1/orders',
    });
    expect(request.headers).not.toHaveProperty('frame-meta');
  });

  it.each([
    ['what select made', { value: Buffer.from('x'), selected: { id: 7 } }, ['application/json', '{"id":7}']],
    ['JSON that says not what it is', { value: Buffer.from('{"n":1}') }, ['application/json', '{"n":1}']],
    ['a text', { value: Buffer.from('grün') }, ['text/plain; charset=utf-8', 'grün']],
    ['other bytes', { value: Buffer.from([0, 1]) }, ['application/octet-stream', '\0\x01']],
    ['a picture by its bytes', { value: Buffer.from('\x89PNG\r\n', 'latin1') }, ['image/png', undefined]],
  ])('gives %s its content type', async (_what, record, expected) => {
    const [contentType, text] = expected;
    const request = await posted(record);

    expect(request.headers['content-type']).toBe(contentType);
    if (text !== undefined) expect(request.body.toString()).toBe(text);
    expect(request.headers['idempotency-key']).toBe('in-0-0');
  });

  it('posts nothing where the record has no value', async () => {
    const request = await posted({ value: null });

    expect(request.body.length).toBe(0);
  });

  it('signs the body where there is a secret, and sends the headers it is told', async () => {
    const value = Buffer.from('{"n":1}');
    const request = await posted({ value }, { secret: 'hush', headers: { authorization: 'Bearer t' } });
    const other = await posted({ value }, { secret: 'hush', signatureHeader: 'x-hub-signature-256' });

    const signature = `sha256=${createHmac('sha256', 'hush').update(value).digest('hex')}`;
    expect(request.headers).toMatchObject({ 'x-signature-256': signature, authorization: 'Bearer t' });
    expect(other.headers['x-hub-signature-256']).toBe(signature);
  });

  it.each([500, 503, 429, 408, 425])('may try again after %i', async (status) => {
    const error = await thrownAt(status);

    expect(error).toMatchObject({
      code: 'SINK_REFUSED',
      retriable: true,
      message: `URL answered ${status} (no room); look at its server`,
    });
    expect(reactTo(error, 1, policy)).toEqual({ do: 'retry', afterMs: 100 });
  });

  it('does not try before Retry-After, in seconds or as a date, and not for ever', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    const waits = [];
    for (const after of ['7', date, '999999', 'soon'])
      waits.push(reactTo(await thrownAt(503, { 'retry-after': after }), 1, policy));

    const [seconds, later, long, unknown] = waits.map((reaction) => (reaction.do === 'retry' ? reaction.afterMs : -1));
    expect([seconds, long, unknown]).toEqual([7000, 300_000, 100]);
    expect(later).toBeGreaterThan(50_000);
  });

  it('sets aside at once what is refused for good', async () => {
    const notFound = await thrownAt(404);
    const moved = await thrownAt(302, { location: '/elsewhere' });

    expect(notFound).toMatchObject({ code: 'SINK_REFUSED', retriable: false });
    expect(notFound.message).toBe('URL answered 404 (no room); correct the address, its headers or the record');
    expect(moved.message).toBe('URL answered 302 (no room); give the address it leads to');
    expect(reactTo(notFound, 1, policy)).toEqual({ do: 'deadLetter' });
  });

  it('gives a server that hangs no longer than its time, and says so', async () => {
    const { url } = await localServer((_request, response) => response.write('beginning'));
    const sink = await webhook.create(webhook.options.parse({ url, timeout: '200ms' }), sinkSetup());

    await expect(sink.write(sinkRecord())).rejects.toMatchObject({
      code: 'SINK_NO_ANSWER',
      retriable: true,
      message: `${url} gave no answer: not within 200ms; check the address`,
    });
  });

  it('may try again where nobody listens', async () => {
    const { url, server } = await localServer(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    const sink = await webhook.create(webhook.options.parse({ url }), sinkSetup());

    await expect(sink.write(sinkRecord())).rejects.toMatchObject({
      code: 'SINK_NO_ANSWER',
      message: expect.stringMatching(/gave no answer: connect ECONNREFUSED/) as string,
    });
  });
});
