import { expect, inject, onTestFinished, test } from 'vitest';
import { readFrameMeta } from '../../../pipeline/frame/frame.ts';
import { openStream, type MjpegClient } from '../../sinks/mjpeg-client.ts';
import { readAll } from '../read-records.ts';
import { until } from '../until.ts';
import { copyExample, runExample, type ExampleCopy } from './run-example.ts';

const bootstrap = inject('bootstrap');

async function watched(address: string): Promise<MjpegClient> {
  const client = await openStream(address);
  onTestFinished(() => client.close());
  return client;
}

/** Numbers of frames by their bytes, as the topic has them. */
async function seqsOf(example: ExampleCopy): Promise<(picture: Buffer) => number | undefined> {
  const records = await readAll(bootstrap, example.topic('frames'));
  const seqs = new Map(
    records.map(({ headers, value }) => [String(value?.toString('base64')), readFrameMeta(headers).frame.seq]),
  );
  return (picture) => seqs.get(picture.toString('base64'));
}

test('video-to-browser: one browser is live, one sees the start, and one stops and goes on after the frame it saw last', async () => {
  const example = await copyExample('video-to-browser');
  const run = await runExample(example, '--set', 'taps.viewer.with.port=0');
  const address = /http:\S+/.exec(await run.line(/viewer http:/))![0];
  await until(async () => (await readAll(bootstrap, example.topic('frames'))).length > 20, { what: 'a recording' });

  const live = await watched(`${address}stream.mjpg`);
  const fromStart = await watched(`${address}stream.mjpg?from=earliest`);
  const stopping = await watched(`${address}stream.mjpg?from=-1h`);
  const shown = { live: await live.next(), fromStart: await fromStart.next() };
  const before = [await stopping.next(), await stopping.next(), await stopping.next()];
  stopping.close();
  const place = stopping.place;
  const goingOn = await watched(`${address}stream.mjpg?${place}`);
  const after = [await goingOn.next(), await goingOn.next()];
  expect(await run.stop()).toBe(0);

  const seqOf = await seqsOf(example);
  expect(seqOf(shown.fromStart)).toBe(0);
  expect(seqOf(shown.live)).toBeGreaterThanOrEqual(20);
  expect([...before, ...after].map(seqOf)).toEqual([0, 1, 2, 3, 4]);
  expect(place).toMatch(/^partition=[01]&offset=3$/);
  const partitions = (await readAll(bootstrap, example.topic('frames'))).map(({ partition }) => partition);
  expect(new Set(partitions).size).toBe(1);
});
