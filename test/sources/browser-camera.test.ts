import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import type { SourceRecord } from '../../pipeline/ports/source.ts';
import browserCamera from '../../pipeline/sources/browser-camera.ts';
import { emptyDirectory } from '../integration/topology-run.ts';
import { until } from '../integration/until.ts';
import { ask, camera, cameraAtHome, picture } from './camera-harness.ts';
import { runSource } from './source-harness.ts';

const frameOf = ({ headers }: SourceRecord) => readFrameMeta(headers).frame;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const tokenOf = (address: URL) => new URLSearchParams(address.hash.slice(1)).get('token') ?? '';

describe('browser-camera', () => {
  it('makes a live frame of each picture, numbered, under the name of its camera', async () => {
    const { post, records } = await camera();

    const first = await post('?page=a');
    await post('?page=a');
    await post('?page=b&camera=hall');

    expect(records.map(frameOf)).toMatchObject([
      { sourceId: 'camera', seq: 0, kind: 'live' },
      { sourceId: 'camera', seq: 1, kind: 'live' },
      { sourceId: 'hall', seq: 0, kind: 'live' },
    ]);
    expect(records[0]).toMatchObject({ key: 'camera', value: picture, headers: { 'content-type': 'image/jpeg' } });
    expect(records[2]!.key).toBe('hall');
    expect([first.status, first.json]).toEqual([200, { id: frameOf(records[0]!).id, seq: 0 }]);
  });

  it('stamps a picture with the time it was taken, of which the page knows how long ago it was', async () => {
    const { post, records } = await camera();
    const before = Date.now();

    await post('?page=a&age=5000');
    await post('?page=a&age=9000');
    const after = Date.now();

    const [first, second] = records.map(({ timestampMs }) => timestampMs);
    expect(first).toBeGreaterThanOrEqual(before - 5001);
    expect(first).toBeLessThanOrEqual(after - 5000);
    expect(second).toBe(first); // time does not go back
  });

  it('answers only when the broker has the picture, and with Retry-After where it does not take it in time', async () => {
    const { post, records } = await camera({ timeout: '300ms' }, { holding: true });
    let answered = false;

    const late = post('?page=a').finally(() => (answered = true));
    await until(() => records.length === 1, { what: 'a record' });
    expect(answered).toBe(false);
    const refused = await late;
    const accepted = post('?page=a');
    await until(() => records.length === 2, { what: 'a record' });
    records[1]!.settled!(true);

    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    expect((await accepted).status).toBe(200);
  });

  it('holds no more than sixteen pictures for a broker that is away', async () => {
    const { post, records, stop } = await camera({ timeout: '1m' }, { holding: true });

    const waiting = Array.from({ length: 16 }, (_, index) => post(`?page=p${index}&camera=c${index}`));
    await until(() => records.length === 16, { what: 'sixteen records' });
    const refused = await post('?page=x&camera=x');
    await stop();

    expect([refused.status, refused.json['error']]).toEqual([
      503,
      'too many pictures wait for the broker; send the next one later',
    ]);
    expect(records.length).toBe(16);
    await Promise.allSettled(waiting);
  });

  it('has one page at a time for a camera, until that one is silent', async () => {
    const { post } = await camera();
    const now = vi.spyOn(Date, 'now');
    const start = Date.now();
    now.mockImplementation(() => start);

    await post('?page=a');
    const other = await post('?page=b');
    now.mockImplementation(() => start + 5001);
    const later = await post('?page=b');
    const back = await post('?page=a');

    expect([other.status, other.json['error']]).toEqual([
      409,
      'another page is the camera "camera"; stop it there, or name this one otherwise',
    ]);
    expect([later.status, back.status]).toEqual([200, 409]);
  });

  it('says what is wrong with a request, and writes nothing of it', async () => {
    const { address, post, records } = await camera({ maxBytes: '1KB' });
    const refusals = [
      await post('', { body: Buffer.from('no picture') }),
      await post('', { body: Buffer.alloc(1025, 'x') }),
      await post('', { body: Buffer.alloc(2000), headers: { 'transfer-encoding': 'chunked' } }),
      await post('?camera=../x'),
      await ask(address, 'frames'),
      await ask(address, 'nothing'),
      await ask(address, 'result/state.json'),
      await ask(address, 'address.svg'),
    ];

    expect(refusals.map(({ status, json }) => [status, json['error']])).toEqual([
      [415, 'the body is no picture; send a JPEG, WebP or PNG'],
      [413, 'the picture is larger than 1KB; send a smaller one, or raise maxBytes'],
      [413, 'the picture is larger than 1KB; send a smaller one, or raise maxBytes'],
      [400, 'camera must be letters, digits, ".", "_" and "-", at most 100'],
      [405, 'GET is not possible here; use POST'],
      [404, 'there is no /nothing here; look at / for the page'],
      [404, 'this camera knows no viewer; give its address in the option viewer'],
      [404, 'this camera listens to this machine alone; set host to open it'],
    ]);
    expect(records).toEqual([]);
  });

  it('on loopback takes no pictures through foreign sites', async () => {
    const { address, post, records } = await camera();

    const rebound = await post('', { headers: { host: 'evil.example' } });
    const foreign = await post('', { headers: { origin: 'https://evil.example' } });
    const own = await post('', { headers: { origin: `http://127.0.0.1:${address.port}` } });

    expect([rebound.status, foreign.status, own.status]).toEqual([403, 403, 200]);
    expect(records.length).toBe(1);
  });
});

describe('browser-camera beyond loopback', () => {
  it('speaks HTTPS with a certificate of its own and asks for a token, both the same after a restart', async () => {
    const first = await camera({ host: '0.0.0.0' });
    const token = tokenOf(first.address);

    const without = await first.post();
    const wrong = await first.post('', { headers: bearer('something-else') });
    const right = await first.post('', { headers: bearer(token) });
    const setup = await ask(first.address, 'setup.json');
    const page = await ask(first.address, '');
    await first.stop();
    const second = await cameraAtHome({ host: '0.0.0.0' });
    const again = await second.post('', { headers: bearer(token) });

    expect(first.address.protocol).toBe('https:');
    expect(token.length).toBeGreaterThan(20);
    expect([without, wrong, right, setup, page].map(({ status }) => status)).toEqual([401, 401, 200, 401, 200]);
    expect(page.text).not.toContain(token);
    expect(tokenOf(second.address)).toBe(token);
    expect([again.status, again.certificate]).toEqual([200, right.certificate]);
  });

  it('shows its address as a QR code, in the terminal and to whoever bears the token', async () => {
    const { address, printed } = await camera({ host: '0.0.0.0', https: false });

    const code = await ask(address, 'address.svg', { headers: bearer(tokenOf(address)) });

    expect(code.headers['content-type']).toBe('image/svg+xml');
    expect(code.text).toMatch(/^<svg/);
    expect(printed.join('')).toMatch(/^█+\n/);
    expect((await ask(address, 'address.svg')).status).toBe(401);
  });

  it('shows no token that was chosen as a secret, and the address of the proxy before it', async () => {
    const { address } = await camera({ address: 'https://camera.example/camera/', token: 'chosen-by-hand' });

    expect(address.href).toBe('https://camera.example/camera/');
  });

  it('shows the certificate of the files it is given', async () => {
    const { generate } = await import('selfsigned');
    const made = await generate([{ name: 'commonName', value: 'mine' }], { keyType: 'ec', algorithm: 'sha256' });
    const directory = await emptyDirectory();
    await writeFile(join(directory, 'cert.pem'), made.cert);
    await writeFile(join(directory, 'key.pem'), made.private);
    const files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };

    const { address, post } = await camera(files);

    expect(address.protocol).toBe('https:');
    expect((await post()).status).toBe(200);
    const damaged = runSource(browserCamera, { port: 0, ...files, cert: files.key });
    await expect(damaged.records[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'SOURCE_CERTIFICATE_UNUSABLE',
    });
  });
});

describe('the page of browser-camera', () => {
  it('escapes its title, and needs nothing from elsewhere, whatever stands before its path', async () => {
    const { address } = await camera({ title: '<script>alert("1")</script>' });

    const files = await Promise.all(['', 'camera.css', 'camera.js', 'icon.svg'].map((path) => ask(address, path)));

    const [page] = files;
    expect(page!.text).toContain('<h1>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;</h1>');
    expect(files.map(({ text }) => text.replace('http://www.w3.org/2000/svg', '')).join('')).not.toMatch(/https?:\/\//);
    expect(page!.text).not.toMatch(/(src|href)="\//);
    for (const { headers } of files) expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('hands on the stream of the viewer as it comes, and says so where there is none', async () => {
    let asked = '';
    const viewer = createServer((request, response) => {
      asked = request.url ?? '';
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' }).write('first part');
    }).listen(0, '127.0.0.1');
    await once(viewer, 'listening');
    const viewerAddress = `http://127.0.0.1:${(viewer.address() as AddressInfo).port}/`;
    const { address } = await camera({ viewer: viewerAddress });

    const request = httpRequest(new URL('result/stream.mjpg?source=hall', address), { agent: false }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const [chunk] = (await once(response, 'data')) as [Buffer];
    request.on('error', () => undefined).destroy();
    viewer.closeAllConnections();
    await new Promise((closed) => viewer.close(closed));
    const away = await ask(address, 'result/stream.mjpg');

    expect([asked, response.headers['content-type'], String(chunk)]).toEqual([
      '/stream.mjpg?source=hall',
      'multipart/x-mixed-replace; boundary=b',
      'first part',
    ]);
    expect([away.status, away.json['error']]).toEqual([
      502,
      expect.stringMatching(/^the viewer at http:\S+ does not answer: .+; start it$/),
    ]);
  });
});
