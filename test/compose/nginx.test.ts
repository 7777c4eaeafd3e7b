import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePorts } from '../../pipeline/broker/free-port.ts';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import { until } from '../integration/until.ts';
import { frames } from '../sinks/sink-setup.ts';
import { green, red, startViewer } from '../sinks/viewer-harness.ts';
import { ask, camera, picture } from '../sources/camera-harness.ts';
import { hasNginx, startNginx } from './nginx-process.ts';

const password = `Basic ${Buffer.from('me:pass').toString('base64')}`;
const named = { host: 'camera.example' };

/** Reads until `part` has come, and leaves the stream open. */
async function streamed(address: URL, path: string, headers: Readonly<Record<string, string>>) {
  const asking = request(new URL(path, address), {
    headers: { ...named, ...headers },
    rejectUnauthorized: false,
    agent: false,
  });
  asking.end();
  onTestFinished(() => void asking.destroy());
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  return {
    status: response.statusCode,
    untilHas: (part: Buffer) =>
      until(() => Buffer.concat(chunks).includes(part), { what: 'a picture', timeoutMs: 5000 }),
  };
}

describe.skipIf(!hasNginx)('compose/nginx/tapline.conf (skips where nginx is not installed)', () => {
  async function behind() {
    const viewer = await startViewer();
    const { port } = await freePorts(0);
    const source = await camera({
      address: 'https://camera.example/camera/',
      token: 'chosen-by-hand',
      viewer: viewer.url('/'),
      port,
    });
    const proxy = await startNginx({ viewer: viewer.port, camera: port });
    return { viewer, source, ...proxy };
  }
  const bearer = { authorization: 'Bearer chosen-by-hand' };

  it('hands on each picture of a stream when it comes, from the viewer and through the page of the camera', async () => {
    const { viewer, address } = await behind();
    const frame = frames({ sourceId: 'camera' });

    const streams = [
      await streamed(address, '/viewer/stream.mjpg', { authorization: password }),
      await streamed(address, '/camera/result/stream.mjpg?source=camera', bearer),
    ];

    for (const shown of [red, green]) {
      await viewer.sink.write(frame(shown));
      for (const { status, untilHas } of streams) {
        expect(status).toBe(200);
        await untilHas(shown);
      }
    }
  });

  it('hands on pictures of the page, and the page with all its files', async () => {
    const { source, address } = await behind();
    const origin = { origin: 'https://camera.example' };

    const sent = await ask(address, '/camera/frames?page=a', {
      method: 'POST',
      body: picture,
      headers: { ...named, ...origin, ...bearer },
    });
    const files = await Promise.all(
      ['', 'camera.js', 'camera.css', 'icon.svg'].map((path) => ask(address, `/camera/${path}`, { headers: named })),
    );

    expect(sent.status).toBe(200);
    expect(source.records.map(({ value }) => value)).toEqual([picture]);
    expect(sent.json['id']).toBe(readFrameMeta(source.records[0]!.headers).frame.id);
    expect(files.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('shows nothing to who has neither password nor token, and sends http to https', async () => {
    const { source, address, plain } = await behind();
    const foreign = { ...bearer, origin: 'https://evil.example' };

    const refused = [
      await ask(address, '/viewer/', { headers: named }),
      await ask(address, '/viewer/snapshot.jpg', { headers: named }),
      await ask(address, '/camera/frames', { method: 'POST', body: picture, headers: named }),
      await ask(address, '/camera/result/state.json', { headers: named }),
      await ask(address, '/camera/frames', { method: 'POST', body: picture, headers: { ...named, ...foreign } }),
    ];
    const insecure = await ask(new URL(`http://127.0.0.1:${plain}`), '/camera/?a', { headers: named });

    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401, 401, 403]);
    expect(source.records).toEqual([]);
    expect([insecure.status, insecure.headers.location]).toEqual([301, 'https://camera.example/camera/?a']);
    const page = await ask(address, '/viewer/', { headers: { ...named, authorization: password } });
    expect(page.text).not.toMatch(/(src|href)="\//);
    expect((await ask(address, '/viewer/viewer.js', { headers: { ...named, authorization: password } })).status).toBe(
      200,
    );
  });
});
