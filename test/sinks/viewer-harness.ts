import sharp from 'sharp';
import { afterEach, vi } from 'vitest';
import type { Sink } from '../../pipeline/ports/sink.ts';
import viewer from '../../pipeline/sinks/viewer/index.ts';
import { openStream, type MjpegClient } from './mjpeg-client.ts';
import { sinkSetup, type SetupOptions } from './sink-setup.ts';

/** A viewer that listens. */
export interface RunningViewer {
  readonly sink: Sink;
  readonly url: (path: string) => string;
  readonly port: number;
}

const viewers: Sink[] = [];
const clients: MjpegClient[] = [];

export const red = await picture('red');
export const green = await picture('green');
export const blue = await picture('blue');

function picture(background: string): Promise<Buffer> {
  return sharp({ create: { width: 64, height: 64, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

/** Starts a viewer on a free port unless `options` names one; it closes after the test. */
export async function startViewer(options: object = {}, setupOptions: SetupOptions = {}): Promise<RunningViewer> {
  const setup = sinkSetup(setupOptions);
  const sink = await viewer.create(viewer.options.parse({ port: 0, ...options }), setup);
  viewers.push(sink);
  const [address = ''] = setup.announced;
  return { sink, url: (path) => new URL(path, address).href, port: Number(new URL(address).port) };
}

/** Opens a stream that closes after the test. */
export async function watch(address: string): Promise<MjpegClient> {
  const client = await openStream(address);
  clients.push(client);
  return client;
}

export async function textAt(address: string): Promise<[status: number, text: string]> {
  const answer = await fetch(address);
  return [answer.status, await answer.text()];
}

export async function jsonAt(address: string): Promise<Record<string, unknown>> {
  return (await (await fetch(address)).json()) as Record<string, unknown>;
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitUntil(holds, { timeout: 10_000, interval: 10 });
}

export async function untilClients(url: RunningViewer['url'], count: number): Promise<void> {
  await until(async () => (await jsonAt(url('/healthz')))['clients'] === count);
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(viewers.splice(0).map(async (sink) => sink.close?.()));
});
