import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { tapline, uniqueTopology, type TopologyRun } from '../integration/topology-run.ts';
import { until } from '../integration/until.ts';
import { blue, red } from '../sinks/viewer-harness.ts';
import { countColour, hasChromium, launchChromium, paintedPixels } from './chromium.ts';

const env = { KAFKA_BROKERS: inject('bootstrap') };
const hostile = '<img src=x onerror=alert(1)>';

function topology(topic: string): string {
  return `
name: watch
sources: { told: { type: stdin, to: ${topic} } }
taps: { page: { on: ${topic}, sink: alerts, with: { port: 0, from: earliest, title: 'Front door' } } }
`;
}

function line(id: string, state: string, more: object = {}): string {
  const since = new Date(Date.now() - (id === 'a' ? 120_000 : 60_000)).toISOString();
  return `${JSON.stringify({ id, state, rule: 'visitor', labels: ['person'], since, durationMs: 2000, ...more })}\n`;
}

function picture(bytes: Buffer): object {
  return { picture: { contentType: 'image/jpeg', data: bytes.toString('base64') } };
}

async function addressOf(up: TopologyRun): Promise<string> {
  return /http:\S+/.exec(await up.line(/^page http:/))![0];
}

describe.skipIf(!hasChromium)('page of alerts in a browser (skips where chromium is not installed)', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser.close();
  });

  const asked: string[] = [];

  async function open(address: string, width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    onTestFinished(() => page.close());
    page
      .on('dialog', (dialog) => void asked.push(`dialog ${dialog.message()}`))
      .on('pageerror', ({ message }) => asked.push(`error ${message}`))
      .on('console', (message) => message.type() === 'error' && asked.push(message.text()))
      .on('request', (request) => asked.push(...(request.url().startsWith(address) ? [] : [request.url()])));
    await page.goto(address);
    return page;
  }

  const shown = (page: Page): Promise<string[]> => page.locator('.alert .name').allInnerTexts();
  const badge = (page: Page): Promise<string[]> => page.locator('.alert .badge').allInnerTexts();

  test('alerts come, change and are enlarged as they are told, and are there again after a restart', async () => {
    const { name, file, directory } = await uniqueTopology(topology('told'));
    await writeFile(join(directory, 'topology.yaml'), topology(`${name}.told`).replace('name: watch', `name: ${name}`));
    const up = await tapline({ args: ['up', file, '--no-ui'], env, directory });
    const address = await addressOf(up);
    const pages = [await open(address, 360, 'light'), await open(address, 1280, 'dark')];
    expect(await pages[0]!.locator('#empty').innerText()).toContain('No alert yet');

    up.process.stdin?.write(
      line('a', 'start', picture(red)) + line('b', 'start', { rule: hostile, labels: [hostile] }),
    );
    for (const page of pages) await until(async () => (await shown(page)).length === 2, { what: 'two alerts' });
    up.process.stdin?.write(line('a', 'end', { ...picture(blue), durationMs: 61_000 }));

    for (const page of pages) {
      await until(async () => (await badge(page)).includes('over'), { what: 'the end of an alert' });
      expect(await shown(page)).toEqual([hostile, 'visitor']);
      expect(await page.locator('.alert .when').last().innerText()).toMatch(/\d\d:\d\d:\d\d · 1 min 1 s$/);
      expect(await page.locator('#summary').innerText()).toBe('2 alerts, 1 still there');
      expect(await page.title()).toBe('(1) Front door');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(await page.evaluate('innerWidth'));
      await page.locator('.thumb').last().click();
      await until(async () => countColour(await paintedPixels(page, '#large-picture'), [0, 0, 254], 3) > 1000, {
        what: 'the latest picture, large',
      });
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: 'Only those that last' }).click();
      expect(await shown(page)).toEqual([hostile]);
    }
    expect(asked).toEqual([]);

    expect(await up.stop(), up.lines.join('\n')).toBe(0);
    for (const page of pages)
      await until(async () => (await page.locator('#status-text').innerText()) === 'Connection lost', { what: 'news' });
    const again = await tapline({ args: ['up', file, '--no-ui'], env, directory });
    const page = await open(await addressOf(again), 1280, 'light');
    await until(async () => (await badge(page)).join() === 'still there,over', { what: 'both, as they were' });
    again.process.stdin?.write(line('b', 'end', { rule: 'visitor' }));
    await until(async () => (await badge(page)).join() === 'over,over', { what: 'the other end' });
  });
});
