import type { Page } from 'playwright-core';
import sharp from 'sharp';

export { hasChromium, launchChromium } from '../../scripts/docs/chromium.ts';

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
