import pixelmatch from 'pixelmatch';
import { parseRawContentType } from '../../frame/raw-pixels.ts';

/** A picture as it is seen: sRGB with alpha, 8 bits each, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Buffer;
}

/** Colours further apart than this are seen to differ: a share of the distance between black and white. */
const SEEN = 0.1;

/** The pixels of an encoded picture, or of a raw one as its content type says; null where it is neither. */
export async function readPixels(bytes: Buffer, contentType = ''): Promise<Pixels | null> {
  const { default: sharp } = await import('sharp');
  const raw = parseRawContentType(contentType);
  try {
    const picture = raw ? sharp(bytes, { raw: { ...raw, channels: 3 } }) : sharp(bytes).autoOrient();
    const { data, info } = await picture
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, rgba: data };
  } catch {
    return null; // whoever compares it says what it is not
  }
}

/** Writes pixels to a PNG. */
export async function writePixels({ width, height, rgba }: Pixels, file: string): Promise<void> {
  const { default: sharp } = await import('sharp');
  await sharp(rgba, { raw: { width, height, channels: 4 } })
    .png()
    .toFile(file);
}

/**
 * The share, from 0 to 1, of the pixels that are seen to differ between two pictures of one size; `marked` shows them in
 * red. What anti-aliasing alone has changed is passed over.
 */
export function differingShare(one: Pixels, other: Pixels): { readonly share: number; readonly marked: Pixels } {
  const { width, height } = one;
  const marked = Buffer.alloc(one.rgba.length);
  const count = pixelmatch(one.rgba, other.rgba, marked, width, height, { threshold: SEEN });
  return { share: count / (width * height), marked: { width, height, rgba: marked } };
}
