import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import type { Bbox } from '../../pipeline/frame/frame-meta.ts';
import synthetic from '../../pipeline/sources/synthetic.ts';
import { runSource } from '../sources/source-harness.ts';

const width = 640;
const height = 360;
/** At which Chromium plays a file of JPEGs, again and again. */
const FPS = 30;
/** The number of each picture stands in it, black and white, along its lower edge. */
const BITS = 8;
const BIT_PX = 16;

/** The street as the film a browser takes for its camera. */
export interface FilmedStreet {
  readonly file: string;
  /** What really is in each picture. */
  readonly truth: readonly (readonly { readonly label: string; readonly bbox: Bbox }[])[];
}

/** Draws a street of `frames` numbered pictures, at most 256, into `directory`. */
export async function filmStreet(directory: string, frames: number): Promise<FilmedStreet> {
  const { records } = runSource(synthetic, { width, height, fps: FPS, frames, pace: 'fast', quality: 90 });
  const pictures: Buffer[] = [];
  const truth: FilmedStreet['truth'][number][] = [];
  for await (const { value, headers } of records) {
    truth.push(readFrameMeta(headers).truth?.objects ?? []);
    pictures.push(await numbered(value as Buffer, pictures.length));
  }
  const file = join(directory, 'street.mjpeg');
  await writeFile(file, Buffer.concat(pictures));
  return { file, truth };
}

/** The number of a picture, read from its pixels. */
export async function numberOf(picture: Buffer): Promise<number> {
  const { data, info } = await sharp(picture).greyscale().raw().toBuffer({ resolveWithObject: true });
  const scale = info.width / width;
  const y = Math.round(info.height - (BIT_PX / 2) * scale);
  const bits = Array.from({ length: BITS }, (_, bit) => {
    const x = Math.round((bit + 0.5) * BIT_PX * scale);
    return (data[(y * info.width + x) * info.channels] ?? 0) > 128 ? 1 : 0;
  });
  return bits.reduce<number>((number, value, bit) => number + value * 2 ** bit, 0);
}

async function numbered(picture: Buffer, number: number): Promise<Buffer> {
  const tiles = Array.from({ length: BITS }, (_, bit) => ({
    input: {
      create: {
        width: BIT_PX,
        height: BIT_PX,
        channels: 3 as const,
        background: (number >> bit) & 1 ? 'white' : 'black',
      },
    },
    left: bit * BIT_PX,
    top: height - BIT_PX,
  }));
  return sharp(picture).composite(tiles).jpeg({ quality: 90 }).toBuffer();
}
