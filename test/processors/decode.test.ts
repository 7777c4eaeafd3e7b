import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { PipelineError, type ConsumerRecord, type OutputRecord } from '../../pipeline/index.ts';
import decode from '../../processors/decode.ts';
import { MEDIA, frameMeta, frameRecord, media, needsMedia, onlyFrame, rawRecord, started } from './frame-records.ts';

const DOG = 'photos/coco/000000377575.jpg';

/** Size of each picture that decodes, or the code it is refused with. */
const HOSTILE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  odd_valid: {
    'basi3p02.png': '32x32',
    'basn0g01.png': '32x32',
    'basn0g16.png': '32x32',
    'basn2c16.png': '32x32',
    'basn4a16.png': '32x32',
    'basn6a16.png': '32x32',
    'exif2c08.png': '32x32',
    'made_dog.webp': '426x640',
    'made_dog_16bit.png': '107x160',
    'made_dog_cmyk.jpg': '426x640',
    'made_dog_exif6.jpg': '426x640',
    'made_dog_grey.jpg': '426x640',
    'made_dog_progressive.jpg': '426x640',
    'made_dog_rgba.png': '213x320',
    'made_dog_trailing.jpg': '426x640',
    'made_wide_6000x3.jpg': '6000x3',
    'pillow_hopper.avif': '128x128',
    'pillow_hopper_16bit_qtables.jpg': '128x128',
    'pillow_hopper_bad_exif.jpg': '500x500',
    'pillow_hopper_gray.jpg': '128x128',
    'pillow_hopper_orientation_5.webp': '128x128',
    'pillow_hopper_orientation_6.jpg': '128x128',
    'pillow_transparent_dispose.gif': '3x1',
    's01n3p01.png': '1x1',
    'sharp_Landscape_6.jpg': '600x450',
    'tbbn2c16.png': '32x32',
  },
  // The three that decode have lost bytes around the picture, none of the picture.
  truncated: {
    'made_dog_half.jpg': 'PICTURE_UNREADABLE',
    'made_dog_minus2.jpg': 'PICTURE_UNREADABLE',
    'pillow_truncated_app14.jpg': '100x100',
    'pillow_truncated_end_chunk.png': '128x128',
    'pillow_truncated_exif_dpi.jpg': '480x640',
    'pillow_truncated_image.png': 'PICTURE_UNREADABLE',
    'pillow_truncated_jpeg.jpg': 'PICTURE_UNREADABLE',
    'sharp_truncated.jpg': 'PICTURE_UNREADABLE',
    'sharp_truncated.png': 'PICTURE_UNREADABLE',
  },
  png_bad: {
    'pillow_broken.png': 'PICTURE_UNREADABLE',
    'pillow_broken_data_stream.png': 'PICTURE_UNREADABLE',
    'xc1n0g08.png': 'PICTURE_UNREADABLE',
    'xc9n2c08.png': 'PICTURE_UNREADABLE',
    'xcrn0g04.png': 'PICTURE_FORMAT_REFUSED',
    'xcsn0g01.png': 'PICTURE_UNREADABLE',
    'xd0n2c08.png': 'PICTURE_UNREADABLE',
    'xd3n2c08.png': 'PICTURE_UNREADABLE',
    'xd9n2c08.png': 'PICTURE_UNREADABLE',
    'xdtn0g01.png': 'PICTURE_UNREADABLE',
    'xhdn0g08.png': 'PICTURE_UNREADABLE',
    'xlfn0g04.png': 'PICTURE_FORMAT_REFUSED',
    'xs1n0g01.png': 'PICTURE_FORMAT_REFUSED',
    'xs2n0g01.png': 'PICTURE_FORMAT_REFUSED',
    'xs4n0g01.png': 'PICTURE_FORMAT_REFUSED',
    'xs7n0g01.png': 'PICTURE_FORMAT_REFUSED',
  },
  other_bad: {
    'made_random.bin': 'PICTURE_FORMAT_REFUSED',
    'made_soi_only.jpg': 'PICTURE_FORMAT_REFUSED',
    'made_svg_external.svg': 'PICTURE_FORMAT_REFUSED',
    'made_text_as.jpg': 'PICTURE_FORMAT_REFUSED',
    'made_zero.bin': 'PICTURE_FORMAT_REFUSED',
  },
  bombs: {
    'made_png_20000x20000_1bit.png': 'PICTURE_TOO_LARGE',
    'made_png_claims_2e31.png': 'PICTURE_UNREADABLE',
    'made_png_claims_65535.png': 'PICTURE_TOO_LARGE',
  },
  video: {
    'made_audio_only.mp4': 'PICTURE_FORMAT_REFUSED',
    'made_empty.mp4': 'PICTURE_FORMAT_REFUSED',
    'made_no_moov.mp4': 'PICTURE_FORMAT_REFUSED',
    'made_one_frame.mp4': 'PICTURE_FORMAT_REFUSED',
  },
};

type Process = (record: ConsumerRecord) => Promise<readonly OutputRecord[]>;

/** The bytes alone decide, so every file is sent under a content type that is wrong. */
function sent(path: string): ConsumerRecord {
  return frameRecord(media(path), 'image/bmp', frameMeta({}, { id: path }));
}

async function outcome(process: Process, path: string): Promise<string> {
  try {
    const { meta } = onlyFrame(await process(sent(path)));
    return `${meta.frame.width}x${meta.frame.height}`;
  } catch (error) {
    expect(error).toBeInstanceOf(PipelineError);
    expect((error as PipelineError).retriable).toBe(false);
    expect((error as PipelineError).message).toContain(path);
    return (error as PipelineError).code;
  }
}

/** Mean difference of two pictures, for each channel value. */
function difference(one: Buffer, other: Buffer): number {
  expect(one.length).toBe(other.length);
  return one.reduce((sum, value, index) => sum + Math.abs(value - other[index]!), 0) / one.length;
}

/** sRGB pixels by another road than decode's: no scaling tricks, no orientation, alpha dropped. */
function reference(path: string, width: number): Promise<Buffer> {
  return sharp(media(path)).resize({ width, kernel: 'lanczos3' }).removeAlpha().raw().toBuffer();
}

describe('decode, given files that are odd or hostile', () => {
  beforeEach(needsMedia);

  for (const [folder, expected] of Object.entries(HOSTILE)) {
    it(`tells what can be shown from what cannot in ${folder}`, async () => {
      const process = await started(decode);
      const files = readdirSync(join(MEDIA, 'hostile', folder)).sort();

      const outcomes: Record<string, string> = {};
      for (const file of files) outcomes[file] = await outcome(process, `hostile/${folder}/${file}`);

      expect(outcomes).toEqual(expected);
    });
  }

  it('spends no memory on bombs', async () => {
    const process = await started(decode);
    const bombs = Object.keys(HOSTILE['bombs']!).map((file) => `hostile/bombs/${file}`);
    await outcome(process, DOG);
    const before = globalThis.process.memoryUsage.rss();

    for (let round = 0; round < 20; round++) {
      for (const bomb of bombs) await outcome(process, bomb);
    }

    expect(globalThis.process.memoryUsage.rss() - before).toBeLessThan(32 * 1024 * 1024);
  });

  it('says what the bytes are when it refuses them', async () => {
    const process = await started(decode);

    await expect(process(sent('hostile/other_bad/made_svg_external.svg'))).rejects.toThrow(
      'frame hostile/other_bad/made_svg_external.svg (image/bmp) is SVG; send JPEG, PNG, WebP, GIF or AVIF',
    );
    await expect(process(sent('hostile/video/made_empty.mp4'))).rejects.toThrow(/is empty; send/);
    await expect(process(sent('hostile/truncated/made_dog_half.jpg'))).rejects.toThrow(
      /is a damaged JPEG of 79114 bytes: VipsJpeg: premature end of JPEG image; repair or remove it/,
    );
    await expect(process(sent('hostile/bombs/made_png_claims_65535.png'))).rejects.toThrow(
      /claims 65535x65535 pixels, more than 50000000; raise maxPixels/,
    );
  });
});

describe('decode, given one photograph in many dresses', () => {
  beforeEach(needsMedia);

  // Differences measured: the coded losses of each file; a picture lying on its side differs by more than 60.
  it.each([
    ['made_dog_trailing.jpg', 426, 0.5],
    ['made_dog_progressive.jpg', 426, 5],
    ['made_dog_exif6.jpg', 426, 5],
    ['made_dog.webp', 426, 6],
    ['made_dog_cmyk.jpg', 426, 15],
  ])('brings %s upright and in sRGB', async (file, width, most) => {
    const process = await started(decode);

    const { bytes } = onlyFrame(await process(sent(`hostile/odd_valid/${file}`)));

    expect(difference(bytes, await reference(DOG, width))).toBeLessThan(most);
  });

  it('gives a grey JPEG three equal channels', async () => {
    const process = await started(decode);

    const { bytes } = onlyFrame(await process(sent('hostile/odd_valid/made_dog_grey.jpg')));

    expect(bytes.every((value, index) => value === bytes[index - (index % 3)])).toBe(true);
  });

  it('brings 16 bits down to 8', async () => {
    const process = await started(decode);

    const { bytes } = onlyFrame(await process(sent('hostile/odd_valid/made_dog_16bit.png')));

    const expected = await sharp(media(DOG)).resize(107, 160, { fit: 'fill' }).raw().toBuffer();
    expect(difference(bytes, expected)).toBeLessThan(10);
  });

  it('lays transparent pictures over black', async () => {
    const process = await started(decode);
    const halfWhite = await sharp({
      create: { width: 2, height: 2, channels: 4, background: { r: 255, g: 255, b: 255, alpha: 0.5 } },
    })
      .png()
      .toBuffer();

    const { bytes } = onlyFrame(await process(frameRecord(halfWhite, 'image/png')));

    expect([...bytes].every((value) => value >= 127 && value <= 128)).toBe(true);
  });

  it('turns each of the eight EXIF orientations upright, scaled or not', async () => {
    const upright = Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 0, 255, 255, 255, 0, 255]);
    const wanted = await sharp(upright, { raw: { width: 3, height: 2, channels: 3 } })
      .resize(96, 64, { kernel: 'nearest' })
      .png()
      .toBuffer();
    const whole = await started(decode);
    const halved = await started(decode, { maxWidth: 48 });
    const expected = await sharp(wanted).raw().toBuffer();
    const expectedHalf = await sharp(wanted).resize(48, 32, { kernel: 'nearest' }).raw().toBuffer();

    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const record = frameRecord(await lyingAs(orientation, wanted), 'image/webp');

      expect(difference(onlyFrame(await whole(record)).bytes, expected), `orientation ${orientation}`).toBeLessThan(1);
      expect(difference(onlyFrame(await halved(record)).bytes, expectedHalf)).toBeLessThan(6);
    }
  });
});

/** How a camera held in each orientation stores a picture: a quarter turn back, and a mirror for the odd ones. */
const STORED: Readonly<Record<number, { readonly turn: number; readonly mirror: boolean }>> = {
  1: { turn: 0, mirror: false },
  2: { turn: 0, mirror: true },
  3: { turn: 180, mirror: false },
  4: { turn: 180, mirror: true },
  5: { turn: 90, mirror: true },
  6: { turn: 270, mirror: false },
  7: { turn: 270, mirror: true },
  8: { turn: 90, mirror: false },
};

async function lyingAs(orientation: number, upright: Buffer): Promise<Buffer> {
  const { turn, mirror } = STORED[orientation]!;
  const turned = await sharp(upright).rotate(turn).png().toBuffer();
  return sharp(turned).flop(mirror).webp({ lossless: true }).withMetadata({ orientation }).toBuffer();
}

describe('decode, given a size to keep to', () => {
  it('scales down, never up, and takes the boxes along', async () => {
    const picture = await sharp({ create: { width: 400, height: 200, channels: 3, background: '#f80' } })
      .jpeg()
      .toBuffer();
    const truth = { objects: [{ label: 'stop sign', bbox: [40, 60, 80, 80] as [number, number, number, number] }] };
    const smaller = await started(decode, { maxWidth: 100, maxHeight: 1000 });
    const larger = await started(decode, { maxWidth: 1000 });

    const scaled = onlyFrame(await smaller(frameRecord(picture, 'image/jpeg', frameMeta({ truth }))));
    const kept = onlyFrame(await larger(frameRecord(picture, 'image/jpeg', frameMeta({ truth }))));

    expect(scaled.contentType).toBe('image/x-raw;format=rgb24;width=100;height=50');
    expect(scaled.bytes.length).toBe(100 * 50 * 3);
    expect(scaled.meta.frame).toMatchObject({ width: 100, height: 50 });
    expect(scaled.meta.frame.transforms).toEqual([
      { op: 'initial', width: 400, height: 200 },
      { op: 'scale', width: 100, height: 50 },
    ]);
    expect(scaled.meta.truth).toEqual({ objects: [{ label: 'stop sign', bbox: [10, 15, 20, 20] }] });
    expect(kept.meta.frame.transforms).toEqual([{ op: 'initial', width: 400, height: 200 }]);
    expect(kept.meta.truth).toEqual(truth);
  });

  it('passes raw pixels through, and scales them where they are too large', async () => {
    const record = rawRecord({ width: 8, height: 4 }, (x) => [x, 0, 0]);
    const unlimited = await started(decode);
    const limited = await started(decode, { maxWidth: 4 });

    expect(onlyFrame(await unlimited(record)).bytes).toEqual(record.value);
    expect(onlyFrame(await limited(record)).contentType).toBe('image/x-raw;format=rgb24;width=4;height=2');
  });

  it('refuses more pixels than maxPixels by the header alone', async () => {
    const process = await started(decode, { maxPixels: 99 });
    const picture = await sharp({ create: { width: 10, height: 10, channels: 3, background: '#000' } })
      .png()
      .toBuffer();

    await expect(process(frameRecord(picture, 'image/png'))).rejects.toMatchObject({ code: 'PICTURE_TOO_LARGE' });
  });

  it('refuses a record without frame-meta as no frame', async () => {
    const process = await started(decode);

    await expect(process({ ...frameRecord(Buffer.alloc(0), ''), headers: {} })).rejects.toMatchObject({
      code: 'FRAME_META_INVALID',
    });
  });
});
