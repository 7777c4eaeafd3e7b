import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readFrameMeta } from '../../pipeline/frame/frame.ts';
import { TestFrames } from '../../pipeline/testing/files/test-frames.ts';

describe('frame of a test', () => {
  it('has the size that is named, and what is left out of it from the picture', async () => {
    const value = await sharp({ create: { width: 32, height: 24, channels: 3, background: '#036' } })
      .png()
      .toBuffer();
    const frames = new TestFrames(() => 0);

    const sizes = [{}, { width: 64 }, { height: 48 }, { width: 64, height: 48 }].map(async (named) => {
      const { headers } = await frames.record({ value }, named);
      const { width, height } = readFrameMeta(headers as Record<string, string>).frame;
      return [width, height];
    });

    expect(await Promise.all(sizes)).toEqual([
      [32, 24],
      [64, 24],
      [32, 48],
      [64, 48],
    ]);
  });
});
