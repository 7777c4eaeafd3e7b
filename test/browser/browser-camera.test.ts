import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceRecord } from '../../pipeline/ports/source.ts';
import { freePorts } from '../../pipeline/broker/free-port.ts';
import { hasNginx, startNginx } from '../compose/nginx-process.ts';
import { until } from '../integration/until.ts';
import { sinkRecord } from '../sinks/sink-setup.ts';
import { startViewer } from '../sinks/viewer-harness.ts';
import { camera, cameraAtHome } from '../sources/camera-harness.ts';
import { hasChromium, launchChromium } from './chromium.ts';
import { filmStreet } from './filmed-street.ts';

const textOf = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();
const numberIn = async (page: Page, selector: string): Promise<number> =>
  Number((await textOf(page, selector)).replace(/,/g, ''));

async function untilText(page: Page, selector: string, text: string): Promise<void> {
  await until(async () => (await textOf(page, selector)) === text, { what: `${selector} to say "${text}"` });
}

/** A viewer that shows the pictures as they were sent: stages that change nothing. */
async function reflected() {
  const viewer = await startViewer();
  const onRecord = async (record: SourceRecord): Promise<void> => {
    await viewer.sink.write(
      sinkRecord({
        ...record,
        value: Buffer.from(record.value ?? ''),
        key: Buffer.from(record.key ?? ''),
      }),
    );
  };
  return { viewer: viewer.url('/'), onRecord };
}

describe.skipIf(!hasChromium)('the page of browser-camera (skips where chromium is not installed)', () => {
  let directory: string;
  let browser: Browser;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tapline-film-'));
    const { file } = await filmStreet(directory, 30);
    browser = await launchChromium({ film: file });
  });

  afterAll(async () => {
    await browser.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function open(address: URL, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(address.href);
    return page;
  }

  const start = (page: Page): Promise<void> => page.getByRole('button', { name: 'Start camera' }).click();

  test.each([
    { width: 360, height: 740, colorScheme: 'light' },
    { width: 360, height: 740, colorScheme: 'dark' },
    { width: 1280, height: 800, colorScheme: 'light' },
    { width: 1280, height: 800, colorScheme: 'dark' },
  ] as const)(
    'over HTTPS, sends and shows the result at $width px in $colorScheme, and asks nobody else',
    async (screen) => {
      const { width, height, colorScheme } = screen;
      const { viewer, onRecord } = await reflected();
      const { address, records } = await camera({ host: '0.0.0.0', viewer, fps: 20 }, { onRecord });
      address.hostname = '127.0.0.1';
      const complaints: string[] = [];
      const page = await open(new URL('about:blank'), { viewport: { width, height }, colorScheme });
      page
        .on('pageerror', ({ message }) => complaints.push(`error ${message}`))
        .on('console', (message) => complaints.push(`console ${message.text()}`))
        .on('request', (request) =>
          complaints.push(...(request.url().startsWith(address.origin) ? [] : [request.url()])),
        );

      await page.goto(address.href);
      await start(page);
      await until(async () => (await numberIn(page, '#latency')) > 0, { what: 'a latency' });

      expect(await textOf(page, '#status-text')).toBe('Live');
      expect(await textOf(page, '#picture-size')).toBe('640 × 360');
      expect(await page.locator('#code svg').isVisible()).toBe(true);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      const grounds = { light: 'rgb(244, 246, 249)', dark: 'rgb(10, 13, 18)' };
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(grounds[colorScheme]);
      expect(records.length).toBeGreaterThan(1);
      expect(complaints).toEqual([]);
    },
  );

  test('asks for the token where its address has none or another', async () => {
    const { address, records } = await camera({ host: '0.0.0.0', https: false, token: 'chosen-by-hand' });
    address.hostname = '127.0.0.1';
    const page = await open(address);

    await untilText(page, '#status-text', 'Token needed');
    await page.getByLabel('Token of this camera').fill('something else');
    await page.getByRole('button', { name: 'Go on' }).click();
    await untilText(page, '#notice', 'the token is another; correct it');
    await page.getByLabel('Token of this camera').fill('chosen-by-hand');
    await page.getByRole('button', { name: 'Go on' }).click();
    await untilText(page, '#status-text', 'Ready');
    await start(page);

    await until(() => records.length > 1, { what: 'pictures' });
    expect(await page.locator('#key-form').isVisible()).toBe(false);
  });

  test('sends no picture before the last one is taken, drops those between, and goes on when the broker is back', async () => {
    let broker: 'away' | 'back' = 'away';
    const onRecord = ({ settled }: SourceRecord): void => (broker === 'back' ? settled?.(true) : undefined);
    const { address, records } = await camera({ fps: 30, timeout: '2s' }, { holding: true, onRecord });
    const page = await open(address);

    await start(page);
    await until(async () => (await numberIn(page, '#dropped')) > 15, { what: 'dropped pictures' });
    expect(records.length).toBe(1);
    await untilText(page, '#status-text', 'Held back');
    expect(await textOf(page, '#notice')).toBe('the broker does not take pictures now; send the next one later');
    broker = 'back';

    await untilText(page, '#status-text', 'Live');
    await until(async () => (await numberIn(page, '#sent')) > 5, { what: 'pictures' });
    expect(await page.locator('#notice').isVisible()).toBe(false);
  });

  test('takes pictures of the size and at the rate that are chosen, until it is stopped', async () => {
    const { viewer, onRecord } = await reflected();
    const { address, records } = await camera({ viewer }, { onRecord });
    const page = await open(address);

    await page.getByLabel('Width').selectOption('320');
    await page.getByLabel('Pictures a second').selectOption('5');
    await page.getByLabel('Name').fill('hall');
    await start(page);
    await until(async () => (await textOf(page, '#picture-size')) === '320 × 180', { what: 'a small picture' });
    await until(() => records.length > 10, { what: 'some pictures' });
    const times = records.slice(1, 11).map(({ timestampMs }) => timestampMs);
    await page.getByRole('button', { name: 'Stop camera' }).click();
    await untilText(page, '#status-text', 'Ready');

    expect(records[0]!.key).toBe('hall');
    expect((times.at(-1)! - times[0]!) / 9).toBeGreaterThan(150);
    expect(await page.evaluate("document.getElementById('preview').srcObject")).toBe(null);
  });

  test.skipIf(!hasNginx)(
    'behind NGINX, below a path, sends and shows the result, and goes on when the server is back (skips without nginx)',
    async () => {
      const { viewer, onRecord } = await reflected();
      const { port } = await freePorts(0);
      const options = { port, viewer, token: 'chosen-by-hand', address: 'https://camera.example/camera/' };
      const first = await camera(options, { onRecord });
      const proxy = await startNginx({ viewer: Number(new URL(viewer).port), camera: port });
      const page = await open(new URL('/camera/#token=chosen-by-hand', proxy.address));

      await start(page);
      await until(async () => (await numberIn(page, '#latency')) > 0, { what: 'a latency' });
      expect(await page.locator('#code svg').isVisible()).toBe(true);
      await first.stop();
      await untilText(page, '#status-text', 'Connection lost');
      const sent = await numberIn(page, '#sent');
      const second = await cameraAtHome(options, { onRecord });

      await untilText(page, '#status-text', 'Live');
      await until(async () => (await numberIn(page, '#sent')) > sent + 5, { what: 'pictures after the restart' });
      await until(() => page.locator('#curtain').isHidden(), { what: 'a result after the restart' });
      expect(second.records.length).toBeGreaterThan(5);
    },
  );
});
