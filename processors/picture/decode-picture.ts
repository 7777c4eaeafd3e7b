import type { Metadata } from 'sharp';
import {
  fitInside,
  messageOf,
  PoisonRecordError,
  rawContentType,
  resizedMeta,
  type Frame,
  type Size,
} from '../../pipeline/index.ts';
import { formatByContent, isAccepted } from './picture-format.ts';
import { KERNEL } from './scale-pixels.ts';
import type { Sharp } from './sharp.ts';

/**
 * `error` refuses what has lost pixels (cut short, broken checksums) and lets pass what only has faults around them;
 * `warning` would also refuse complete pictures with stray bytes or damaged EXIF.
 */
const FAIL_ON = 'error';

export interface DecodeLimits {
  /** Larger pictures are scaled down to fit. */
  readonly bounds: Partial<Size>;
  readonly maxPixels: number;
}

/**
 * Decodes an encoded picture to raw pixels: sRGB, 8 bits, turned upright, alpha over black.
 * @throws PoisonRecordError PICTURE_FORMAT_REFUSED, PICTURE_TOO_LARGE, PICTURE_UNREADABLE
 */
export async function decodePicture(frame: Frame, sharp: Sharp, limits: DecodeLimits): Promise<Frame> {
  throwIfRefused(frame);
  const header = await orUnreadable(frame, () => sharp(frame.bytes, { limitInputPixels: false }).metadata());
  throwIfTooLarge(frame, header, limits.maxPixels);
  const upright = header.autoOrient;
  const target = fitInside(upright, limits.bounds);
  const picture = sharp(frame.bytes, { failOn: FAIL_ON, limitInputPixels: limits.maxPixels }).autoOrient();
  if (header.hasAlpha) picture.flatten({ background: '#000' });
  // libvips shrinks a JPEG while loading from a factor of 3 on only; below, it decodes in full and the kernel counts.
  if (target.width !== upright.width || target.height !== upright.height) {
    picture.resize({ ...target, fit: 'fill', kernel: KERNEL });
  }
  const bytes = await orUnreadable(frame, () => picture.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer());
  return {
    bytes,
    contentType: rawContentType({ format: 'rgb24', ...target }),
    meta: resizedMeta(frame.meta, { from: upright, to: target }),
  };
}

function throwIfRefused({ bytes, meta, contentType }: Frame): void {
  const format = formatByContent(bytes);
  if (isAccepted(format)) return;
  const found = format ?? (bytes.length === 0 ? 'empty' : `no picture known here (it begins ${hexOf(bytes)})`);
  throw new PoisonRecordError(
    'PICTURE_FORMAT_REFUSED',
    `frame ${meta.frame.id} (${contentType}) is ${found}; send JPEG, PNG, WebP, GIF or AVIF`,
  );
}

function throwIfTooLarge({ meta }: Frame, { width, height }: Metadata, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw new PoisonRecordError(
    'PICTURE_TOO_LARGE',
    `frame ${meta.frame.id} claims ${width}x${height} pixels, more than ${maxPixels}; raise maxPixels if that is honest`,
  );
}

async function orUnreadable<Result>({ meta, bytes }: Frame, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const reason = messageOf(error)
      .trim()
      .replaceAll(/\s*\n\s*/g, ' ')
      .replace(/:$/, '');
    throw new PoisonRecordError(
      'PICTURE_UNREADABLE',
      `frame ${meta.frame.id} is a damaged ${formatByContent(bytes)} of ${bytes.length} bytes: ${reason}; repair or remove it`,
      { cause: error },
    );
  }
}

function hexOf(bytes: Buffer): string {
  return bytes.toString('hex', 0, 8).replaceAll(/(..)(?=.)/g, '$1 ');
}
