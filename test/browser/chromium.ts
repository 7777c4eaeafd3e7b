import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import sharp from 'sharp';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

export const hasChromium = executablePath !== undefined;

/** A browser without a window that talks to nobody but the page. */
export function launchChromium(): Promise<Browser> {
  const quiet = ['quic', 'background-networking', 'component-update', 'sync'].map((what) => `--disable-${what}`);
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', ...quiet],
  });
}

/** The pixels of the picture as the page paints it: RGB, row by row. */
export async function paintedPixels(page: Page): Promise<Buffer> {
  const png = await page.locator('#picture').screenshot({ animations: 'disabled' });
  return sharp(png).removeAlpha().raw().toBuffer();
}

/** How many pixels are within `tolerance` of a colour in each channel. */
export function countColour(pixels: Buffer, colour: readonly number[], tolerance: number): number {
  let count = 0;
  for (let at = 0; at < pixels.length; at += 3) {
    if (colour.every((value, channel) => Math.abs((pixels[at + channel] ?? 0) - value) <= tolerance)) count++;
  }
  return count;
}
