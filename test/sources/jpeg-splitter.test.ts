import { createHash } from 'node:crypto';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { JpegSplitter } from '../../pipeline/sources/ffmpeg/jpeg-splitter.ts';

/** Pictures as encoders make them: baseline, progressive (many scans), with restarts hidden in noise, with a thumbnail. */
async function samplePictures(): Promise<readonly Buffer[]> {
  const noise = Buffer.from(Array.from({ length: 48 * 48 * 3 }, (_, index) => (index * 7919) % 256));
  const raw = { width: 48, height: 48, channels: 3 } as const;
  const baseline = await sharp(noise, { raw }).jpeg({ quality: 100 }).toBuffer();
  const progressive = await sharp(noise, { raw }).jpeg({ progressive: true }).toBuffer();
  return [baseline, progressive, withThumbnail(baseline, progressive)];
}

/** EXIF carries a whole JPEG, with start and end marker, inside a segment. */
function withThumbnail(picture: Buffer, thumbnail: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(thumbnail.length + 2);
  return Buffer.concat([picture.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, thumbnail, picture.subarray(2)]);
}

function split(stream: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const splitter = new JpegSplitter();
  const edges = [0, ...[...cuts].sort((a, b) => a - b), stream.length];
  return edges.slice(1).flatMap((end, index) => splitter.push(stream.subarray(edges[index], end)));
}

/** Short words for pictures, so that a failure can be read. */
function printed(pictures: readonly Buffer[]): readonly string[] {
  return pictures.map((bytes) => `${bytes.length} bytes ${createHash('sha1').update(bytes).digest('hex')}`);
}

describe('JPEG splitter', () => {
  let pictures: readonly Buffer[];
  let stream: Buffer;

  beforeAll(async () => {
    pictures = await samplePictures();
    stream = Buffer.concat(pictures);
  });

  it('gives the same pictures wherever the stream is cut into chunks', () => {
    const cuts = fc.array(fc.nat({ max: stream.length }), { maxLength: 60 });

    fc.assert(
      fc.property(cuts, (at) => {
        expect(printed(split(stream, at))).toEqual(printed(pictures));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same pictures byte by byte', () => {
    const everywhere = Array.from({ length: stream.length }, (_, index) => index);

    expect(printed(split(stream, everywhere))).toEqual(printed(pictures));
  });

  it('skips what lies between pictures', () => {
    const [first, second] = pictures as [Buffer, Buffer];
    const littered = Buffer.concat([Buffer.from('xx\xff', 'latin1'), first, Buffer.from([0, 0xff, 0xd8]), second]);

    expect(printed(split(littered, [1, 5]))).toEqual(printed([first, second]));
  });

  it('leaves out a picture that breaks off and goes on with the next', () => {
    const [first, second] = pictures as [Buffer, Buffer];

    const found = split(Buffer.concat([first.subarray(0, first.length - 2), second]), []);

    expect(printed(found)).toEqual(printed([second]));
  });

  it('gives nothing while a picture has no end', () => {
    expect(split(stream.subarray(0, 500), [])).toEqual([]);
  });
});
