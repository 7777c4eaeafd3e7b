import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import sharp from 'sharp';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

export const hasChromium = executablePath !== undefined;

/** A browser without a window that talks to nobody but the page; `film` is a file it takes for its camera. */
export function launchChromium({ film }: { readonly film?: string } = {}): Promise<Browser> {
  const quiet = ['quic', 'background-networking', 'component-update', 'sync'].map((what) => `--disable-${what}`);
  return chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', ...quiet, ...(film === undefined ? [] : cameraOf(film))],
  });
}

function cameraOf(film: string): readonly string[] {
  return [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ];
}

/** RGB pixels, row by row. */
export interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** The pixels of the picture, or of another part of the page, as it paints them. */
export async function paintedPixels(page: Page, part = '#picture'): Promise<Pixels> {
  const png = await page.locator(part).screenshot({ animations: 'disabled' });
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** How many pixels are within `tolerance` of a colour in each channel. */
export function countColour({ data }: Pixels, colour: readonly number[], tolerance: number): number {
  let count = 0;
  for (let at = 0; at < data.length; at += 3) if (isColour(data, at, { colour, tolerance })) count++;
  return count;
}

/** Whether the pixel at a byte offset is within `tolerance` of a colour in each channel. */
export function isColour(
  data: Buffer,
  at: number,
  { colour, tolerance }: { readonly colour: readonly number[]; readonly tolerance: number },
): boolean {
  return colour.every((value, channel) => Math.abs((data[at + channel] ?? 0) - value) <= tolerance);
}
