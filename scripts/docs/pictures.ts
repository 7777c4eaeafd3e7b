// Makes the pictures of the READMEs anew, from examples that run: `npm run docs:pictures`, or with the names of some of them.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { launchChromium } from './chromium.ts';
import { runTopology } from './run-topology.ts';

const MOST_BYTES = 180_000;
const PATIENCE_MS = 240_000;

/** A picture of a page that a tap of a topology serves. */
interface Picture {
  readonly path: string;
  readonly topology: string;
  readonly set?: readonly string[];
  readonly tap: string;
  readonly size: readonly [width: number, height: number];
  /** What must hold in the page before it is worth a picture. */
  readonly ready: string;
  /** What is done then. */
  readonly act?: (page: Page) => Promise<void>;
}

const LIVE = `document.documentElement.dataset.state === 'live'`;
const points = (count: number): string =>
  `[...known.values()].filter(({ points }) => points.length > ${count}).length > 3`;

const PICTURES: readonly Picture[] = [
  {
    path: 'docs/viewer.png',
    topology: 'topology.yaml',
    tap: 'viewer',
    size: [1180, 640],
    ready: `${LIVE} && document.querySelectorAll('#objects li').length > 1 && document.querySelector('[data-freshness=good]') && Number(document.querySelector('#seq').textContent.slice(1)) > 150`,
  },
  {
    path: 'examples/security-camera/alerts.png',
    topology: 'examples/security-camera/topology.yaml',
    tap: 'page',
    size: [940, 520],
    ready: `${LIVE} && document.querySelectorAll('.alert img:not([hidden])').length > 3 && document.querySelector('[data-lasting=true]')`,
  },
  {
    path: 'examples/temperature/plot.png',
    topology: 'examples/temperature/topology.yaml',
    set: ['sources.sensors.with.every=250ms'],
    tap: 'page',
    size: [1080, 640],
    ready: `${LIVE} && ${points(250)} && [...known.values()].some(({ isSilent }) => isSilent)`,
    act: async (page) => page.locator('#plot').hover({ position: { x: 640, y: 120 } }),
  },
  {
    path: 'examples/video-to-browser/replay.png',
    topology: 'examples/video-to-browser/topology.yaml',
    tap: 'viewer',
    size: [1080, 600],
    ready: `${LIVE} && Number(document.querySelector('#seq').textContent.slice(1)) > 100`,
    act: async (page) => {
      await page.getByRole('button', { name: 'From the start' }).click();
      await page.waitForFunction(`document.querySelector('#age').textContent.includes(':')`, undefined, {
        timeout: 30_000,
      });
      await page.waitForTimeout(2000);
    },
  },
];

/** Runs its topology and takes the picture. */
async function take(browser: Browser, { topology, set = [], tap, size, ready, act }: Picture): Promise<Buffer> {
  const run = await runTopology({ topology, tap, set });
  try {
    const [width, height] = size;
    // the policy of the pages forbids what waitForFunction does
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: 'light', bypassCSP: true });
    await page.goto(run.address);
    await page.waitForFunction(ready, undefined, { timeout: PATIENCE_MS });
    await act?.(page);
    await page.waitForTimeout(500);
    const png = await page.screenshot();
    await page.close();
    return png;
  } finally {
    await run.stop();
  }
}

/** As a PNG with a palette: the most colours with which it is small. */
async function shrunk(png: Buffer): Promise<Buffer> {
  for (const colours of [256, 192, 128, 96, 64]) {
    const small = await sharp(png).png({ palette: true, colours, compressionLevel: 9, effort: 10 }).toBuffer();
    if (small.length <= MOST_BYTES || colours === 64) return small;
  }
  return png;
}

async function main(wanted: readonly string[]): Promise<void> {
  const browser = await launchChromium();
  try {
    for (const picture of PICTURES.filter(
      ({ path }) => wanted.length === 0 || wanted.some((one) => path.includes(one)),
    )) {
      const bytes = await shrunk(await take(browser, picture));
      await writeFile(picture.path, bytes);
      process.stdout.write(`${picture.path}: ${Math.round(bytes.length / 1000)} KB\n`);
    }
  } finally {
    await browser.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
