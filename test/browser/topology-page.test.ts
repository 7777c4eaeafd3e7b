import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Plan } from '../../pipeline/topology/plan.ts';
import { emptyDirectory, projectRoot, tapline } from '../integration/topology-run.ts';
import { hasChromium, launchChromium } from './chromium.ts';

const hostile = `</style><script>alert(1)</script><img src="http://127.0.0.1:9/x" onerror="alert(2)">"'&`;
const long = 'a-rather-long-name-that-a-team-has-agreed-upon-over-time';

const topology = `
name: shop
topics: { orders: { partitions: 4, serde: json }, customers: {} }
sources:
  access: { type: file-tail, to: lines, with: { path: ${JSON.stringify(hostile)} } }
  asked: { type: http, to: lines, with: { url: 'https://me:hunter2@example.com/x', headers: { authorization: hunter2 } } }
stages:
  totals:
    from: orders
    process: aggregate
    with: { groupBy: customer, window: { type: tumbling, size: 1m }, late: true, compute: { n: count } }
    to: { default: totals, late: totals.late }
    guarantee: exactly-once
  named: { from: [totals, customers], process: join, to: ${long}.named, with: { kind: stream-table, left: totals, right: customers } }
  ${long}: { from: ${long}.named, process: './<b>evil<b>.mjs', to: back }
  again: { from: back, process: filter, to: ended, with: { where: ${JSON.stringify("'<script>alert(3)</script>' = x")} } }
taps:
  shown: { on: back, sink: console, where: ${JSON.stringify("'<script>alert(4)</script>' = x")} }
`;

const evil = `
import { defineProcessor } from '${pathToFileURL(join(projectRoot, 'dist/pipeline/index.js')).href}';
import { z } from '${pathToFileURL(join(projectRoot, 'node_modules/zod/index.js')).href}';
export default defineProcessor({ name: 'evil', summary: 'Evil.', options: z.strictObject({}), process: () => null });
`;

async function describedFiles(): Promise<{ readonly html: string; readonly plan: Plan }> {
  const directory = await emptyDirectory();
  await writeFile(join(directory, 'topology.yaml'), topology);
  await writeFile(join(directory, '<b>evil<b>.mjs'), evil);
  const described = async (format: string): Promise<string> => {
    const run = await tapline({ args: ['describe', format], directory });
    if ((await run.ended) !== 0) throw new Error(run.lines.join('\n'));
    return run.lines.join('\n');
  };
  const file = join(directory, 'topology.html');
  await writeFile(file, await described('--html'));
  return { html: file, plan: JSON.parse(await described('--json')) as Plan };
}

describe.skipIf(!hasChromium)('the page of a topology (skips where chromium is not installed)', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser.close();
  });

  test.each([
    { width: 360, height: 740, colorScheme: 'light' },
    { width: 360, height: 740, colorScheme: 'dark' },
    { width: 1280, height: 800, colorScheme: 'dark' },
  ] as const)('shows all of it at $width px in $colorScheme, and asks nobody for anything', async (screen) => {
    const { width, height, colorScheme } = screen;
    const { html, plan } = await describedFiles();
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    onTestFinished(() => page.close());
    const complaints: string[] = [];
    page
      .on('dialog', (dialog) => void complaints.push(`dialog ${dialog.message()}`))
      .on('pageerror', ({ message }) => complaints.push(`error ${message}`))
      .on('console', (message) => complaints.push(`console ${message.text()}`))
      .on('request', (request) => complaints.push(...(request.url().startsWith('file:') ? [] : [request.url()])));

    await page.goto(pathToFileURL(html).href);

    const shown = await page.locator('main').innerText();
    for (const { name } of [...plan.topics, ...plan.sources, ...plan.stages, ...plan.taps])
      expect(shown).toContain(name);
    for (const text of [hostile, "'<script>alert(3)</script>' = x", '<b>evil<b>.mjs', 'exactly-once', 'window.size'])
      expect(shown).toContain(text);
    const drawn = await page.locator('svg .node title').allTextContents();
    const named = plan.stages.map(({ name }) => drawn.some((title) => title.startsWith(`stage ${name}:`)));
    expect(named).toEqual(plan.stages.map(() => true));
    expect(await page.locator('script, img, [onerror]').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const grounds = { light: 'rgb(246, 247, 249)', dark: 'rgb(15, 19, 24)' };
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(grounds[colorScheme]);
    for (const link of await page.locator('a').all()) {
      const target = await link.getAttribute('href');
      expect(await page.locator(`[id="${target?.slice(1)}"]`).count()).toBe(1);
    }
    expect(complaints).toEqual([]);
  });

  test('tells no password, token or authorization', async () => {
    const { html } = await describedFiles();
    const page = await browser.newPage();
    onTestFinished(() => page.close());

    await page.goto(pathToFileURL(html).href);

    expect(await page.content()).not.toContain('hunter2');
    expect(await page.locator('main').innerText()).toContain('https://•••@example.com/x');
  });
});
