import type { Page } from 'playwright-core';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { freePorts } from '../../../pipeline/broker/free-port.ts';
import { hasChromium, launchChromium } from '../../browser/chromium.ts';
import { filmStreet, numberOf, type FilmedStreet } from '../../browser/filmed-street.ts';
import { iou } from '../../processors/motion/score-boxes.ts';
import { metaOf, readAll } from '../read-records.ts';
import { emptyDirectory } from '../topology-run.ts';
import { until } from '../until.ts';
import { copyExample, runExample, type ExampleCopy } from './run-example.ts';

const bootstrap = inject('bootstrap');
const DETECTIONS = 5;
/** A sign that leaves the picture is smaller than the detector needs it. */
const MIN_SIGN_PX = 85;

const textOf = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();
const numberIn = async (page: Page, selector: string): Promise<number> =>
  Number((await textOf(page, selector)).replace(/,/g, ''));

/** How well what was found in each frame fits the signs that really are in its picture. */
async function fitsOf(example: ExampleCopy, { truth }: FilmedStreet): Promise<readonly number[]> {
  const detected = await readAll(bootstrap, example.topic('frames.detected'));
  const captured = await readAll(bootstrap, example.topic('frames.captured')); // later: all that were looked at are in it
  const pictures = new Map(captured.map((record) => [metaOf(record).frame.id, record.value]));
  const fits = detected.map(async (record) => {
    const { frame, objects = [] } = metaOf(record);
    const signs = truth[await numberOf(pictures.get(frame.id)!)]!.filter(
      ({ bbox: [, , width, height] }) => Math.min(width, height) > MIN_SIGN_PX,
    );
    const found = objects.filter(({ label }) => label === 'stop sign');
    return signs.map(({ bbox }) => Math.max(0, ...found.map((object) => iou(object.bbox, bbox))));
  });
  return (await Promise.all(fits)).flat();
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

describe.skipIf(!hasChromium)('webcam (skips where chromium is not installed)', () => {
  test('webcam: a page sends what its camera sees, shows what was found with its latency, and goes on by itself after a restart', async () => {
    const street = await filmStreet(await emptyDirectory(), 150);
    const { port, controllerPort: viewerPort } = await freePorts(0);
    const example = await copyExample('webcam');
    const settings = [
      `sources.camera.with.port=${port}`,
      `sources.camera.with.viewer=http://127.0.0.1:${viewerPort}/`,
      `taps.viewer.with.port=${viewerPort}`,
    ].flatMap((setting) => ['--set', setting]);
    const first = await runExample(example, ...settings);
    await first.line(/^camera http:/);

    const browser = await launchChromium({ film: street.file });
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.getByRole('button', { name: 'Start camera' }).click();
    await until(async () => (await numberIn(page, '#latency')) > 0, { what: 'a latency', timeoutMs: 90_000 });
    await until(async () => (await textOf(page, '#objects')).includes('stop sign'), { what: 'a stop sign' });
    await until(async () => (await fitsOf(example, street)).length >= DETECTIONS, { what: 'some signs' });

    expect(await numberIn(page, '#latency')).toBeLessThan(10_000);
    expect(await textOf(page, '#status-text')).toBe('Live');
    expect(median(await fitsOf(example, street))).toBeGreaterThan(0.7);

    expect(await first.stop()).toBe(0);
    await until(async () => (await textOf(page, '#status-text')) === 'Connection lost', { what: 'a lost connection' });
    const before = await numberIn(page, '#sent');
    await (await runExample(example, ...settings)).line(/^camera http:/);

    await until(async () => (await numberIn(page, '#sent')) > before + 5, { what: 'pictures after the restart' });
    await until(async () => (await page.locator('#curtain').isHidden()) && (await numberIn(page, '#latency')) > 0, {
      what: 'a result after the restart',
    });
    expect(await textOf(page, '#status-text')).toBe('Live');
    const sessions = (await readAll(bootstrap, example.topic('frames.captured'))).map(
      (record) => metaOf(record).frame.sessionId,
    );
    expect(new Set(sessions).size).toBe(2);
  });
});
