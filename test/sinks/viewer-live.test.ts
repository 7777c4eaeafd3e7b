import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import { frames } from './sink-setup.ts';
import { blue, green, red, startViewer, until, untilClients, watch } from './viewer-harness.ts';

/** Bytes of buffers still in use: garbage is collected first. */
async function heldBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().external;
}

describe('live stream of the viewer', () => {
  it('shows every browser each picture, and a new browser the latest at once', async () => {
    const { sink, url } = await startViewer();
    const frame = frames();
    await sink.write(frame(red));

    const first = await watch(url('/stream.mjpg'));
    const second = await watch(url('/stream.mjpg'));
    expect(await first.next()).toEqual(red);
    expect(await second.next()).toEqual(red);
    await sink.write(frame(green));

    expect(await first.next()).toEqual(green);
    expect(await second.next()).toEqual(green);
  });

  it('opens the next part right after each picture, since browsers paint a picture only then, and names its place and frame', async () => {
    const { sink, port } = await startViewer();
    const id = 'a\r\n\r\nb \ud800';
    const record = frames()(red);
    const meta = readFrameMeta(record.headers);
    const frameMeta = JSON.stringify({ ...meta, frame: { ...meta.frame, id } });
    await sink.write({ ...record, headers: { ...record.headers, 'frame-meta': frameMeta } });

    const socket = connect(port, '127.0.0.1');
    socket.write(`GET /stream.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
    const place = 'Tapline-Next: partition=0&offset=1\r\nTapline-Frame: a%0D%0A%0D%0Ab%20%EF%BF%BD\r\n';
    const opening = `--tapline-frame\r\nContent-Type: image/jpeg\r\n${place}\r\n`;
    const pictureThenOpening = `${red.toString('latin1')}\r\n${opening}`;
    await until(() => received.includes(pictureThenOpening)); // no second picture is ever written
    socket.destroy();

    expect(received).toContain('content-type: multipart/x-mixed-replace; boundary=tapline-frame');
  });

  it('keeps copies: the buffer of a record may be used again after write', async () => {
    const { sink, url } = await startViewer();
    const reused = Buffer.from(red);

    await sink.write(frames()(reused));
    reused.fill(0);

    const client = await watch(url('/stream.mjpg'));
    expect(await client.next()).toEqual(red);
  });

  it('is not slowed by a browser that has stopped reading, whose memory stays that of a few pictures', async () => {
    const { sink, url, port } = await startViewer();
    const frame = frames();
    const noise = await sharp({
      create: {
        width: 900,
        height: 900,
        channels: 3,
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
        background: 'red',
      },
    })
      .jpeg({ quality: 95 })
      .toBuffer();
    const stalled = connect(port, '127.0.0.1').pause();
    stalled.write('GET /stream.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await untilClients(url, 1);
    const healthy = await watch(url('/stream.mjpg'));
    const before = await heldBytes();

    const count = 200;
    for (let sent = 0; sent < count; sent++) {
      const shown = healthy.next();
      await sink.write(frame(noise));
      expect((await shown).length).toBe(noise.length); // every single one, though the other reads none
    }

    const grown = (await heldBytes()) - before;
    expect(noise.length * count).toBeGreaterThan(80e6);
    expect(grown).toBeLessThan(noise.length * 10);
    stalled.destroy();
  });

  it('shows a browser that was slow the newest picture when it is back, and none of those in between', async () => {
    const { sink, url, port } = await startViewer();
    const frame = frames();
    const huge = Buffer.concat([red, Buffer.alloc(8_000_000)]); // more than sockets take unread
    const slow = connect(port, '127.0.0.1').pause();
    slow.write('GET /stream.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await untilClients(url, 1);

    await sink.write(frame(huge));
    for (const missed of [green, green, green, blue]) await sink.write(frame(missed));
    const chunks: Buffer[] = [];
    slow.on('data', (chunk) => chunks.push(Buffer.from(chunk))).resume();
    await until(() => Buffer.concat(chunks.slice(-3)).includes(blue));

    const received = Buffer.concat(chunks);
    expect(received.includes(red)).toBe(true);
    expect(received.includes(green)).toBe(false);
    slow.destroy();
  });

  it('shows the source that was asked for, and one source alone where none was', async () => {
    const { sink, url } = await startViewer();
    const [north, south] = [frames({ sourceId: 'north' }), frames({ sourceId: 'süd/2' })];
    await sink.write(north(red));
    await sink.write(south(green));

    const any = await watch(url('/stream.mjpg'));
    const second = await watch(url(`/stream.mjpg?source=${encodeURIComponent('süd/2')}`));
    expect(await any.next()).toEqual(red);
    expect(await second.next()).toEqual(green);
    await sink.write(south(blue));
    await sink.write(north(blue));

    expect(await second.next()).toEqual(blue);
    expect(await any.next()).toEqual(blue);
  });

  it('ends all streams within a second when it closes', async () => {
    const { sink, url, port } = await startViewer();
    await sink.write(frames()(red));
    const client = await watch(url('/stream.mjpg'));
    await client.next();
    const stalled = connect(port, '127.0.0.1').pause();
    stalled.write('GET /stream.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await untilClients(url, 2);

    const startedAt = performance.now();
    await sink.close?.();
    await expect(client.next()).rejects.toThrow('the stream has ended');

    expect(performance.now() - startedAt).toBeLessThan(1000);
    stalled.destroy();
  });
});
