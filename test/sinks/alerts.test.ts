import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sink, SinkRecord } from '../../pipeline/ports/sink.ts';
import alerts from '../../pipeline/sinks/alerts/index.ts';
import { sinkRecord, sinkSetup } from './sink-setup.ts';
import { blue, red } from './viewer-harness.ts';

const SINCE_MS = Date.parse('2026-01-01T21:00:00Z');

interface Page {
  readonly sink: Sink;
  readonly port: number;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  alerts(): Promise<readonly Record<string, unknown>[]>;
}

async function openPage(options: object = {}): Promise<Page> {
  const setup = sinkSetup({ topic: 'alerts' });
  const sink = await alerts.create(alerts.options.parse({ port: 0, ...options }), setup);
  onTestFinished(async () => sink.close?.());
  const address = setup.announced[0]!;
  const get = (path: string, init?: RequestInit) => fetch(new URL(path, address), { redirect: 'manual', ...init });
  return {
    sink,
    port: Number(new URL(address).port),
    fetch: get,
    alerts: async () => ((await (await get('/alerts.json')).json()) as { alerts: Record<string, unknown>[] }).alerts,
  };
}

let offset = 0n;

function alert(value: object, more: Partial<SinkRecord> = {}): SinkRecord {
  return sinkRecord({ topic: 'alerts', offset: offset++, value: Buffer.from(JSON.stringify(value)), ...more });
}

/** A state of the alert `number`, which starts so many seconds after nine. */
function told(number: number, state: string, more: object = {}): SinkRecord {
  const since = SINCE_MS + number * 1000;
  const times = { since: new Date(since).toISOString(), time: new Date(since + 2000).toISOString() };
  const seen = { labels: ['person'], zone: 'gate', sourceId: 'camera', durationMs: 2000, best: { score: 0.9 } };
  return alert({ id: `a${number}`, rule: 'visitor', state, ...times, ...seen, ...more });
}

function picture(bytes: Buffer): object {
  return { picture: { contentType: 'text/html', data: bytes.toString('base64') } };
}

describe('page of alerts', () => {
  it('tells each alert once, as it was told last, with its picture as the bytes are', async () => {
    const page = await openPage();
    await page.sink.write(told(1, 'start', picture(red)));
    await page.sink.write(told(2, 'start', picture(red)));
    const before = await page.alerts();
    await page.sink.write(told(1, 'end', { ...picture(blue), durationMs: 9000 }));
    await page.sink.write(told(2, 'end'));

    const [first, second] = await page.alerts();
    expect(first).toMatchObject({
      id: 'a1',
      state: 'end',
      isLasting: false,
      name: 'visitor',
      what: ['person'],
      score: 0.9,
      where: ['camera', 'gate'],
      sinceMs: SINCE_MS + 1000,
      durationMs: 9000,
    });
    expect(before.map(({ isLasting }) => isLasting)).toEqual([true, true]);
    expect(first!['picture']).toMatch(/^picture\?/); // below any path a proxy serves the page at
    const pictures = await Promise.all([first, second].map(async (one) => page.fetch(String(one!['picture']))));
    expect(pictures.map(({ headers }) => headers.get('content-type'))).toEqual(['image/jpeg', 'image/jpeg']);
    const bytes = await Promise.all(pictures.map(async (one) => Buffer.from(await one.arrayBuffer())));
    expect(bytes).toEqual([blue, red]); // an end without a picture keeps the one before
    expect(first!['picture']).not.toBe(before[0]!['picture']); // or the browser would show the old one
  });

  it('keeps no more than it is told to, the latest ones', async () => {
    const page = await openPage({ keep: 3 });

    for (const number of [5, 1, 4, 2, 3]) await page.sink.write(told(number, 'end', picture(red)));

    expect((await page.alerts()).map(({ id }) => id).sort()).toEqual(['a3', 'a4', 'a5']);
    expect((await page.fetch('/picture?id=a1')).status).toBe(404);
  });

  it('shows what select makes of records that are no alerts of rules, and says where there are none at all', async () => {
    const page = await openPage();
    await page.sink.write(sinkRecord({ value: Buffer.from('text') }));
    await page.sink.write(
      sinkRecord({ offset: offset++, selected: { rule: 'hot', label: 'attic', score: 0.5 }, timestampMs: 5000 }),
    );
    await page.sink.write(alert({ state: 'high', value: 27.5 }, { key: Buffer.from('sensor-1') }));

    expect(await page.alerts()).toMatchObject([
      { name: 'hot', what: ['attic'], state: null, isLasting: false, sinceMs: 5000, durationMs: null },
      { name: 'sensor-1', what: ['27.5'], state: 'high' },
    ]);
    const { problem } = (await (await page.fetch('/alerts.json')).json()) as { problem: string };
    expect(problem).toBe('Records of alerts that are no JSON object are left out: 1 so far.');
  });

  it('goes by the timestamp of a record whose times no calendar knows', async () => {
    const page = await openPage();

    await page.sink.write(alert({ id: 'a1', since: 1e300, time: -1e300 }, { timestampMs: 5000 }));

    expect(await page.alerts()).toMatchObject([{ sinceMs: 5000, toldMs: 5000 }]);
  });

  it('tells of what changes, to those who watch, and closes while they do', async () => {
    const page = await openPage();
    await page.sink.write(told(1, 'start'));
    const reader = (await page.fetch('/events')).body!.pipeThrough(new TextDecoderStream()).getReader();
    const next = async (): Promise<{ isAll?: true; alerts: { id: string; state: string }[] }> =>
      JSON.parse(/^data: (.*)$/m.exec((await reader.read()).value!)![1]!) as Awaited<ReturnType<typeof next>>;

    const first = await next();
    await page.sink.write(told(2, 'start'));
    await page.sink.write(told(2, 'end'));
    const second = await next();

    expect(first).toMatchObject({ isAll: true, alerts: [{ id: 'a1', state: 'start' }] });
    expect(second).toMatchObject({ alerts: [{ id: 'a2', state: 'end' }] });
    expect(second.isAll).toBeUndefined();
    await page.sink.close?.();
    expect((await reader.read()).done).toBe(true);
  });
});

describe('token of a page', () => {
  const token = 'a-long-secret';

  it('is needed beyond this machine', () => {
    const open = alerts.options.safeParse({ host: '0.0.0.0' });

    expect(open.error?.issues[0]).toMatchObject({
      path: ['token'],
      message: 'is needed where host is not of this machine alone; write token: ${secret:NAME}',
    });
    expect(alerts.options.safeParse({ host: '0.0.0.0', token }).success).toBe(true);
    expect(alerts.options.safeParse({ from: 'yesterday' }).success).toBe(false);
  });

  it('shows nothing to who does not know it, and lets a browser in that has opened the page with it', async () => {
    const page = await openPage({ token });
    for (const path of ['/', '/alerts.js', '/alerts.json', '/events', '/healthz', '/?token=another-secret'])
      expect([path, (await page.fetch(path)).status]).toEqual([path, 401]);
    const wrong = { authorization: 'Bearer another-secret' };
    expect((await page.fetch('/alerts.json', { headers: wrong })).status).toBe(401);

    const entry = await page.fetch(`/?token=${token}`);
    const cookie = entry.headers.get('set-cookie')!;

    expect([entry.status, entry.headers.get('location')]).toEqual([303, '/']);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(cookie).not.toContain(token);
    expect((await page.fetch('/', { headers: { cookie: `a=b; ${cookie.split(';')[0]}` } })).status).toBe(200);
    expect((await page.fetch('/alerts.json', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });
});
