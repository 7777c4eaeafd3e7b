import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import type { OpenReader } from '../../pipeline/ports/sink.ts';
import { classColour } from '../../processors/annotate/palette.ts';
import { metaOf, readRecords } from '../integration/read-records.ts';
import {
  projectRoot,
  tapline,
  uniqueTopology,
  type TopologyRun,
  type UniqueTopology,
} from '../integration/topology-run.ts';
import { until } from '../integration/until.ts';
import { found, frames } from '../sinks/sink-setup.ts';
import { blue, green, red, startViewer } from '../sinks/viewer-harness.ts';
import { countColour, hasChromium, launchChromium, paintedPixels } from './chromium.ts';
import { shareOfEdgesPainted } from './painted-boxes.ts';

const env = { KAFKA_BROKERS: inject('bootstrap') };
const STOP_SIGN = 13;
/** Share of the points along the edges of a box that have its colour. */
const DRAWN = 0.8;
const UNDRAWN = 0.2;

/** A detector that is always right: it finds what the synthetic source says is there. */
const oracle = `
import { defineProcessor, frameOutput, readFrame } from '${pathToFileURL(join(projectRoot, 'dist/pipeline/index.js')).href}';
import { z } from '${pathToFileURL(join(projectRoot, 'node_modules/zod/index.js')).href}';
const nobody = { trackId: null, model: 'oracle', attributes: [], zones: [] };
export default defineProcessor({
  name: 'oracle',
  summary: 'Finds what is there.',
  options: z.strictObject({}),
  create: () => ({
    process(record) {
      const frame = readFrame(record);
      const there = frame.meta.truth?.objects ?? [];
      const objects = there.map((object, index) => ({ ...nobody, ...object, id: String(index), labelId: ${STOP_SIGN}, score: 0.97 }));
      return frameOutput({ ...frame, meta: { ...frame.meta, objects } });
    },
  }),
});
`;

const street = `name: street
sources:
  camera: { type: synthetic, to: frames.captured, with: { fps: 5 } }
stages:
  decode: { from: frames.captured, process: decode, to: frames.decoded, with: { maxWidth: 640 }, delivery: latest }
  look: { from: frames.decoded, process: ./oracle.mjs, to: frames.detected }
  annotate: { from: frames.detected, process: annotate, to: frames.drawn }
  encode: { from: frames.drawn, process: encode, to: frames.annotated }
taps:
  viewer: { on: frames.annotated, sink: viewer }
  undrawn: { on: frames.captured, sink: viewer }
`;

async function addressOf(up: TopologyRun, tap: string): Promise<string> {
  return /http:\S+/.exec(await up.line(new RegExp(`${tap} http://`)))![0];
}

const textOf = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();

async function untilText(page: Page, selector: string, text: string): Promise<void> {
  await until(async () => (await textOf(page, selector)) === text, { what: `${selector} to say "${text}"` });
}

const seqShown = async (page: Page): Promise<number> => Number((await textOf(page, '#seq')).replace(/\D+/g, '') || NaN);

/** What the page shows may be a frame or two away from the number it shows: the nearest frame that fits best counts. */
const NEAR_FRAMES = 3;

/** Share of the edges of what is truly there that the page paints in the colour of its class. */
async function shareOfTrueEdgesPainted(page: Page, topology: UniqueTopology): Promise<number> {
  const pixels = await paintedPixels(page);
  const seq = await seqShown(page);
  const topic = topology.topic('frames.annotated');
  const records = await readRecords(inject('bootstrap'), topic, (read) =>
    read.some((record) => metaOf(record).frame.seq >= seq + NEAR_FRAMES),
  );
  const near = records.map(metaOf).filter(({ frame }) => Math.abs(frame.seq - seq) <= NEAR_FRAMES);
  return Math.max(...near.map((meta) => shareOfEdgesPainted(pixels, meta, classColour(STOP_SIGN))));
}

describe.skipIf(!hasChromium)('viewer in a browser (skips where chromium is not installed)', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser.close();
  });

  async function open(address: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(address);
    return page;
  }

  test('two browsers see a moving picture with boxes where things are beside a client that stalls, and one replays it from the start', async () => {
    const topology = await uniqueTopology(street);
    await writeFile(join(topology.directory, 'oracle.mjs'), oracle);
    const up = await tapline({ args: ['up', topology.file, '--no-ui'], env });
    const address = await addressOf(up, 'viewer');
    const undrawn = await open(await addressOf(up, 'undrawn'));

    const stalled = connect(Number(new URL(address).port), '127.0.0.1').pause();
    stalled.write('GET /stream.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n');
    onTestFinished(() => void stalled.destroy());
    const pages = await Promise.all([open(address), open(address)]);

    for (const page of pages) {
      await untilText(page, '#status-text', 'Live');
      const seen = new Set<string>();
      await until(async () => seen.add((await paintedPixels(page)).data.toString('base64')).size >= 3, {
        what: 'three different pictures',
      });
      // Where one label covers the edge of another box, a later picture shows it.
      await until(async () => (await shareOfTrueEdgesPainted(page, topology)) > DRAWN, {
        what: 'boxes where things are',
      });
      await until(async () => (await textOf(page, '#objects')).includes('stop sign'), { what: 'a chip' });
    }

    await untilText(undrawn, '#status-text', 'Live');
    expect(await shareOfTrueEdgesPainted(undrawn, topology)).toBeLessThan(UNDRAWN);

    const [watching, replaying] = pages;
    await until(async () => (await seqShown(watching)) > 40, { what: 'some recording' });
    await replaying.goto(`${address}?from=earliest`);
    await untilText(replaying, '#status-text', 'Replay');
    await until(async () => (await seqShown(replaying)) >= 0, { what: 'the first picture of the replay' });
    const [replayed, live] = [await seqShown(replaying), await seqShown(watching)];
    expect(replayed).toBeLessThan(live - 20);
    await until(async () => (await seqShown(replaying)) > replayed + 5, { what: 'the replay to go on' });
    expect(await seqShown(replaying)).toBeLessThan(await seqShown(watching));

    await replaying.getByRole('button', { name: 'Back to live' }).click();
    await untilText(replaying, '#status-text', 'Live');
    expect(await seqShown(replaying)).toBeGreaterThan(replayed + 20);
  });

  test('a page whose viewer went away says so, and shows pictures again by itself when it is back', async () => {
    const first = await startViewer();
    await first.sink.write(frames()(red));
    const page = await open(first.url('/'));
    await until(async () => countColour(await paintedPixels(page), [254, 0, 0], 3) > 1000, { what: 'red' });

    await first.sink.close?.();
    await untilText(page, '#status-text', 'Connection lost');
    const second = await startViewer({ port: first.port });
    await second.sink.write(frames()(blue));

    await untilText(page, '#status-text', 'Live');
    await until(async () => countColour(await paintedPixels(page), [0, 0, 254], 3) > 1000, { what: 'blue' });
  });

  test('several sources can be chosen from, and their names and labels are never markup', async () => {
    const { sink, url } = await startViewer();
    const hostile = '<img src=x onerror=alert(1)>';
    await sink.write(frames({ sourceId: 'attic' })(red));
    await sink.write(frames({ sourceId: hostile })(blue, { objects: [found(hostile, 0.5)] }));
    const page = await open(url('/'));
    const complaints: string[] = [];
    page
      .on('dialog', (dialog) => void complaints.push(dialog.message()))
      .on('pageerror', ({ message }) => complaints.push(message));

    await page.getByLabel('Source').selectOption({ label: hostile });

    await until(async () => countColour(await paintedPixels(page), [0, 0, 254], 3) > 1000, { what: 'blue' });
    expect(await textOf(page, '#objects')).toContain(hostile);
    expect(complaints).toEqual([]);
  });

  test('a page that pauses stands still at an address of its own, and goes on there with the next picture', async () => {
    const frame = frames();
    const records = [red, green, blue].map((picture) => frame(picture));
    const openReader: OpenReader = async function* ({ from, signal }) {
      yield* records.slice(Number((from as { offset: bigint }).offset));
      if (!signal.aborted) await once(signal, 'abort');
    };
    const { sink, url } = await startViewer({}, { openReader });
    await sink.write(records[0]!);
    const page = await open(url('/'));
    await until(async () => countColour(await paintedPixels(page), [254, 0, 0], 3) > 1000, { what: 'red' });

    await page.getByRole('button', { name: 'Pause' }).click();
    await untilText(page, '#status-text', 'Paused');
    await sink.write(records[2]!);
    expect(new URL(page.url()).search).toBe('?partition=0&offset=1&source=cam');
    expect(countColour(await paintedPixels(page, '#still'), [254, 0, 0], 3)).toBeGreaterThan(1000);
    const elsewhere = await open(page.url());
    await page.getByRole('button', { name: 'Go on' }).click();

    for (const each of [page, elsewhere]) {
      await untilText(each, '#status-text', 'Replay');
      await untilText(each, '#seq', '#2');
      await until(async () => countColour(await paintedPixels(each), [0, 0, 254], 3) > 1000, { what: 'blue' });
    }
  });

  test('a topic without pictures says what to tap instead', async () => {
    const { sink, url } = await startViewer({}, { topic: 'frames.drawn' });
    await sink.write(frames({ contentType: 'image/x-raw;format=rgb24;width=1;height=1' })(Buffer.alloc(3)));

    const page = await open(url('/'));

    await untilText(page, '#curtain-title', 'Nothing a browser can show');
    expect(await textOf(page, '#curtain-text')).toContain('tap a topic with encoded pictures');
  });
});
