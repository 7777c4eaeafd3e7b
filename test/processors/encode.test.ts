import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import encode from '../../processors/encode.ts';
import { frameRecord, onlyFrame, rawRecord, started } from './frame-records.ts';

const slope = () => rawRecord({ width: 64, height: 32 }, (x, y) => [x * 4, y * 8, 128]);

describe('encode', () => {
  it.each([
    ['jpeg', 4],
    ['png', 0],
    ['webp', 5],
  ] as const)('writes a %s that shows the same picture', async (format, loss) => {
    const process = await started(encode, { format, quality: 90 });
    const record = slope();

    const { bytes, contentType, meta } = onlyFrame(await process(record));

    const decoded = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const differences = decoded.data.map((value, index) => Math.abs(value - record.value![index]!));
    expect(contentType).toBe(`image/${format}`);
    expect((await sharp(bytes).metadata()).format).toBe(format);
    expect(decoded.info).toMatchObject({ width: 64, height: 32, channels: 3 });
    expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeLessThanOrEqual(loss);
    expect(meta.frame).toMatchObject({ width: 64, height: 32 });
  });

  it('writes JPEG unless told otherwise, smaller at a lower quality', async () => {
    const usual = await started(encode);
    const poor = await started(encode, { quality: 10 });

    const large = onlyFrame(await usual(slope()));
    const small = onlyFrame(await poor(slope()));

    expect(large.contentType).toBe('image/jpeg');
    expect(small.bytes.length).toBeLessThan(large.bytes.length);
  });

  it('passes a picture of its format through and refuses to convert another', async () => {
    const process = await started(encode);
    const jpeg = frameRecord(Buffer.from('a jpeg'), 'image/jpeg');

    expect(onlyFrame(await process(jpeg)).bytes).toBe(jpeg.value);
    await expect(process(frameRecord(Buffer.from('a png'), 'image/png'))).rejects.toThrow(
      'frame cam1-1 is image/png, but raw pixels are needed; put a decode stage before',
    );
  });
});
