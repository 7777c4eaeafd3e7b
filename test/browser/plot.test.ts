import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { tapline, uniqueTopology, type TopologyRun } from '../integration/topology-run.ts';
import { until } from '../integration/until.ts';
import { countColour, hasChromium, launchChromium, paintedPixels } from './chromium.ts';

const env = { KAFKA_BROKERS: inject('bootstrap') };
const hostile = '<img src=x onerror=alert(1)>';
/** Of the first two lines, and of thresholds. */
const COLOURS = {
  light: { first: [0x00, 0x72, 0xb2], second: [0xc4, 0x4e, 0x00], threshold: [0xc0, 0x26, 0x26] },
  dark: { first: [0x56, 0xb4, 0xe9], second: [0xff, 0x9a, 0x3c], threshold: [0xf8, 0x71, 0x71] },
} as const;

function topology(topic: string): string {
  const plot = `{ y: value, x: at, line: sensor, unit: °C, thresholds: { too hot: 27 }, port: 0, from: earliest }`;
  return `
sources: { told: { type: stdin, to: ${topic}, with: { format: json } } }
taps: { page: { on: ${topic}, sink: plot, with: ${plot} } }
`;
}

/** A reading of so many seconds ago. */
function line(sensor: string, agoS: number, value: number): string {
  return `${JSON.stringify({ sensor, value, at: Date.now() - agoS * 1000 })}\n`;
}

async function addressOf(up: TopologyRun): Promise<string> {
  return /http:\S+/.exec(await up.line(/^page http:/))![0];
}

describe.skipIf(!hasChromium)('plot in a browser (skips where chromium is not installed)', () => {
  let browser: Browser;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser.close();
  });

  async function open(address: string, width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    onTestFinished(() => page.close());
    page
      .on('dialog', (dialog) => void complaints.push(`dialog ${dialog.message()}`))
      .on('pageerror', ({ message }) => complaints.push(`error ${message}`))
      .on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      .on('request', (request) => complaints.push(...(request.url().startsWith(address) ? [] : [request.url()])));
    await page.goto(address);
    return page;
  }

  const rows = async (page: Page): Promise<string[]> =>
    (await page.locator('#lines li').allInnerTexts()).map((text) => text.replaceAll('\n', ' | '));

  const painted = async (page: Page, colour: readonly number[]): Promise<number> =>
    countColour(await paintedPixels(page, '#plot'), colour, 4);

  test('lines grow as values come, silent and late ones are told, and all of it is there again after a restart', async () => {
    const { name, file, directory } = await uniqueTopology(topology('told'));
    await writeFile(join(directory, 'topology.yaml'), `name: ${name}\n${topology(`${name}.told`)}`);
    const up = await tapline({ args: ['up', file, '--no-ui'], env, directory });
    const address = await addressOf(up);
    const screens = [
      { page: await open(address, 360, 'light'), colours: COLOURS.light },
      { page: await open(address, 1280, 'dark'), colours: COLOURS.dark },
    ];
    expect(await screens[0]!.page.locator('#empty').innerText()).toContain('No value yet');

    const seconds = Array.from({ length: 120 }, (_, index) => 121 - index);
    const both = seconds.flatMap((ago) => [line(hostile, ago + 60, 20 + ago / 30), line('sensor-2', ago - 1, 18)]);
    up.process.stdin?.write([...both, line('sensor-2', 50.5, 19)].join(''));

    for (const { page, colours } of screens) {
      await until(async () => (await rows(page)).length === 2, { what: 'two lines' });
      await until(async () => (await rows(page)).join().includes('1 late'), { what: 'what came late' });
      const [first, second] = await rows(page);
      expect(first).toMatch(/^<img src=x onerror=alert\(1\)> \| silent for 1 min \d+ s \| 20.067 °C$/);
      expect(second).toMatch(/^sensor-2 \| (just now|\d+ s ago|silent for \d+ s) · 1 late \| 18 °C$/);
      for (const colour of Object.values(colours) as (readonly number[])[])
        await until(async () => (await painted(page, colour)) > 60, { what: `a line in ${String(colour)}` });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(await page.evaluate('innerWidth'));

      const box = (await page.locator('#plot').boundingBox())!;
      await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2);
      await until(async () => (await page.locator('#tip').innerText()).includes('18 °C'), { what: 'a value' });
      await page.getByRole('button', { name: 'sensor-2' }).click();
      await until(async () => (await painted(page, colours.second)) === 0, { what: 'a line that is hidden' });
    }
    expect(complaints).toEqual([]);

    expect(await up.stop(), up.lines.join('\n')).toBe(0);
    const again = await tapline({ args: ['up', file, '--no-ui'], env, directory });
    const page = await open(await addressOf(again), 1280, 'light');
    await until(async () => (await rows(page)).length === 2, { what: 'both lines, as they were' });
    expect((await rows(page))[0]).toContain('20.067 °C');
    again.process.stdin?.write(line(hostile, 0, 25));
    await until(async () => (await rows(page))[0]!.endsWith('25 °C'), { what: 'the next value' });
  });
});
