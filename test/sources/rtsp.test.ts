import { createServer, type AddressInfo } from 'node:net';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import type { SourceRecord } from '../../pipeline/ports/source.ts';
import rtsp from '../../pipeline/sources/rtsp.ts';
import { childrenOf } from './child-processes.ts';
import { needs } from './prerequisites.ts';
import { rtspServer, startRtspServer, type RtspServer, type RtspServerOptions } from './rtsp/rtsp-server.ts';
import { runSource } from './source-harness.ts';

const servers: RtspServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.kill();
});

async function serve(options: RtspServerOptions): Promise<RtspServer> {
  const server = await startRtspServer(options);
  servers.push(server);
  return server;
}

async function sizeOf({ value }: SourceRecord): Promise<string> {
  const { width, height } = await sharp(value as Buffer).metadata();
  return `${width}x${height}`;
}

describe.skipIf(needs.ffmpeg.missing || rtspServer.missing)(
  `rtsp with a camera${needs.ffmpeg.why}${rtspServer.why}`,
  { timeout: 120_000 },
  () => {
    it('goes on in the same session when its camera was away for seconds and comes back with another size', async () => {
      const first = await serve({ width: 320, height: 240 });
      const run = runSource(rtsp, { url: first.url, maxBackoff: '1s' });

      const frames: { seq: number; sessionId: string; key: unknown; size: string; timestampMs: number }[] = [];
      const coming = (async () => {
        for await (const record of run.records) {
          const { seq, sessionId } = readFrameMeta(record.headers).frame;
          const { key, timestampMs } = record;
          frames.push({ seq, sessionId, key, timestampMs, size: await sizeOf(record) });
          if (frames.at(-1)!.size === '640x360' && frames.filter(({ size }) => size === '640x360').length === 10)
            run.stop();
        }
      })();
      await expect.poll(() => frames.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(10);
      await first.kill();
      await expect.poll(() => run.warnings.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(6); // 5 s of waits
      await serve({ width: 640, height: 360, port: first.port });
      await coming;

      expect(new Set(frames.map(({ size }) => size))).toEqual(new Set(['320x240', '640x360']));
      expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, index) => index));
      expect(new Set(frames.map(({ sessionId }) => sessionId)).size).toBe(1);
      expect(new Set(frames.map(({ key }) => key))).toEqual(new Set(['camera']));
      expect(frames.map(({ timestampMs }) => timestampMs)).toEqual(
        frames.map(({ timestampMs }) => timestampMs).toSorted((a, b) => a - b),
      );
      const camera = `camera rtsp://127.0.0.1:${first.port}`;
      expect(run.warnings[0]).toMatch(new RegExp(`^${camera} is away: .*; trying again in 500 ms$`));
      expect(run.warnings[1]).toMatch(new RegExp(`^${camera} is away: .*Connection refused; trying again in 1000 ms$`));
      expect(await childrenOf('ffmpeg', first.url)).toEqual([]);
    });

    it('logs in, also with a name and a password of odd letters', async () => {
      const login = ['the gate', 'p@ss:w/%rd?'] as const;
      const { url } = await serve({ width: 160, height: 120, login });
      const run = runSource(rtsp, { url, username: login[0], password: login[1] });

      for await (const record of run.records) {
        expect(record.key).toBe('camera');
        run.stop();
      }

      expect(run.warnings).toEqual([]);
    });

    it('says that the log-in is refused, and tells neither name nor password nor path', async () => {
      const { url, port } = await serve({ width: 160, height: 120, login: ['gate', 'right'] });
      const run = runSource(rtsp, { url: `${url}?key=opensesame`, username: 'gate', password: 'wr@ng' });

      const ended = (async () => {
        for await (const record of run.records)
          expect.unreachable(`nobody is logged in, yet ${String(record.key)} came`);
      })();
      await expect.poll(() => run.warnings.length, { timeout: 30_000 }).toBeGreaterThan(0);
      run.stop();
      await ended;

      expect(run.warnings[0]).toMatch(new RegExp(`^camera rtsp://127.0.0.1:${port} is away: .*401 Unauthorized.*`));
      expect(run.warnings.join()).not.toMatch(/wr@ng|wr%40ng|gate|opensesame/);
    });
  },
);

describe.skipIf(needs.ffmpeg.missing)(`rtsp without a camera${needs.ffmpeg.why}`, () => {
  it('gives up a camera that takes the call and says nothing, and tries again', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    const run = runSource(rtsp, { url: `rtsp://127.0.0.1:${port}/`, stallTimeout: '1s' });

    const ended = (async () => {
      for await (const record of run.records) expect.unreachable(`nobody sends, yet ${String(record.key)} came`);
    })();
    await expect.poll(() => run.warnings.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    run.stop();
    await ended;
    silent.close();

    expect(run.warnings[0]).toBe(
      `camera rtsp://127.0.0.1:${port} is away: it sent nothing for stallTimeout; trying again in 500 ms`,
    );
  });
});

describe('rtsp', () => {
  const faults = (options: object): unknown =>
    rtsp.options.safeParse(options).error?.issues.map(({ message }) => message);

  it('takes addresses of cameras only, and name and password apart from them', () => {
    expect(faults({ url: 'http://camera/' })).toEqual(['must be an address like rtsp://camera.local:554/stream1']);
    expect(faults({ url: 'rtsp://me:mine@camera/' })).toEqual([
      'must not hold a name and a password; write username: and password: ${secret:NAME} beside it',
    ]);
    expect(faults({ url: 'rtsp://camera/', username: 'me' })).toEqual(['give both username and password, or neither']);
    expect(faults({ url: 'rtsps://camera:322/a?b=c', username: 'me', password: 'mine' })).toBeUndefined();
  });
});
