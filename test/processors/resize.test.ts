import { describe, expect, it } from 'vitest';
import resize from '../../processors/resize.ts';
import { frameMeta, frameRecord, onlyFrame, rawRecord, started } from './frame-records.ts';

const object = {
  id: '0',
  trackId: null,
  model: 'coco-ssd',
  label: 'person',
  labelId: 1,
  score: 0.9,
  bbox: [10, 20, 30, 15] as [number, number, number, number],
  attributes: [],
  zones: [],
};

/** Left half red, right half blue. */
const twoHalves = (width: number, height: number, meta = {}) =>
  rawRecord({ width, height, meta }, (x) => (x < width / 2 ? [255, 0, 0] : [0, 0, 255]));

async function sizeOf(options: object, width: number, height: number): Promise<string> {
  const process = await started(resize, options);
  const { bytes, meta } = onlyFrame(await process(twoHalves(width, height)));
  expect(bytes.length).toBe(meta.frame.width! * meta.frame.height! * 3);
  return `${meta.frame.width}x${meta.frame.height}`;
}

describe('resize', () => {
  it.each([
    [{ width: 32 }, '32x24'],
    [{ height: 12 }, '16x12'],
    [{ width: 32, height: 12 }, '16x12'],
    [{ width: 32, height: 12, fit: 'outside' }, '32x24'],
    [{ width: 32, height: 12, fit: 'fill' }, '32x12'],
    [{ width: 200 }, '64x48'],
    [{ width: 200, height: 12, fit: 'fill' }, '64x12'],
    [{ width: 128, enlarge: true }, '128x96'],
    [{ width: 1 }, '1x1'],
  ])('makes of 64x48 with %o a picture of %s', async (options, size) => {
    expect(await sizeOf(options, 64, 48)).toBe(size);
  });

  it('keeps what was left on the left, and the pixels of a picture that already fits', async () => {
    const process = await started(resize, { width: 32 });
    const fitting = twoHalves(32, 10);

    const { bytes } = onlyFrame(await process(twoHalves(64, 48)));
    const kept = onlyFrame(await process(fitting));

    expect([...bytes.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect([...bytes.subarray(31 * 3, 32 * 3)]).toEqual([0, 0, 255]);
    expect(kept.bytes).toBe(fitting.value);
    expect(kept.meta.frame.transforms).toEqual([{ op: 'initial', width: 32, height: 10 }]);
  });

  it('scales the boxes of objects and truth with the picture, and says so in transforms', async () => {
    const process = await started(resize, { width: 32, height: 12, fit: 'fill' });
    const truth = { objects: [{ label: 'person', bbox: [8, 8, 16, 16] }] };

    const { meta } = onlyFrame(await process(twoHalves(64, 48, { objects: [object], truth })));

    expect(meta.objects).toEqual([{ ...object, bbox: [5, 5, 15, 3.75] }]);
    expect(meta.truth).toEqual({ objects: [{ label: 'person', bbox: [4, 2, 8, 4] }] });
    expect(meta.frame.transforms).toEqual([
      { op: 'initial', width: 64, height: 48 },
      { op: 'scale', width: 32, height: 12 },
    ]);
  });

  it('asks for a size, and for nothing it does not know', () => {
    expect(resize.options.safeParse({}).error?.issues[0]?.message).toBe('give width, height or both');
    expect(resize.options.safeParse({ width: 640, heigth: 360 }).success).toBe(false);
  });

  it.each([
    ['an encoded picture', frameRecord(Buffer.from('x'), 'image/jpeg'), 'PICTURE_NOT_RAW'],
    [
      'pixels that do not fill the picture',
      frameRecord(Buffer.alloc(5), 'image/x-raw;format=rgb24;width=2;height=1'),
      'PICTURE_UNREADABLE',
    ],
    [
      'a size that frame-meta contradicts',
      frameRecord(Buffer.alloc(6), 'image/x-raw;format=rgb24;width=2;height=1', frameMeta({}, { width: 1, height: 2 })),
      'FRAME_META_INVALID',
    ],
  ])('refuses %s', async (_, record, code) => {
    const process = await started(resize, { width: 1 });

    await expect(process(record)).rejects.toMatchObject({ code, retriable: false });
  });
});
