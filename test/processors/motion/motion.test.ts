import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { DetectedObject, FrameMeta } from '../../../pipeline/index.ts';
import motion from '../../../processors/motion/index.ts';
import { frameMeta, frameRecord, onlyFrame, started } from '../frame-records.ts';
import { drawScene, HEIGHT, walker, WIDTH, type DrawnFrame } from './drawn-scene.ts';

const walk = [...drawScene({ seconds: 5, actors: [walker({ speed: 60, y: 100 })] })];

const metaOf = (record: DrawnFrame['record']): FrameMeta =>
  JSON.parse(record.headers['frame-meta'] as string) as FrameMeta;

/** What is said of each frame. */
async function seen(options: object, frames: readonly DrawnFrame[] = walk): Promise<readonly FrameMeta[]> {
  const see = await started(motion, options);
  const metas: FrameMeta[] = [];
  for (const { record } of frames) metas.push(onlyFrame(await see(record)).meta);
  return metas;
}

const moversOf = (metas: readonly FrameMeta[]): readonly DetectedObject[] =>
  metas.flatMap(({ objects = [] }) => objects);

describe('motion', { timeout: 60_000 }, () => {
  it('says nothing of objects while it learns, and that it looked and found nothing while all is still', async () => {
    const metas = await seen({ warmUp: '1s' }, walk.slice(0, 15));

    expect(metas.slice(0, 10).map(({ objects, motion: said }) => [objects, said?.state])).toEqual(
      Array(10).fill([undefined, 'learning']),
    );
    expect(metas.slice(10).map(({ objects, motion: said }) => [objects, said])).toEqual(
      Array(5).fill([[], { state: 'watching', score: 0 }]),
    );
  });

  it('names the zones something moves in, and sees nothing outside of them', async () => {
    const left = [
      [0, 0],
      [0.25, 1],
    ];
    const metas = await seen({
      zones: {
        left,
        corner: [
          [0, 0.9],
          [0.1, 0.9],
          [0, 1],
        ],
      },
    });

    const movers = moversOf(metas);
    expect(movers.length).toBeGreaterThan(5);
    expect(new Set(movers.flatMap(({ zones }) => zones))).toEqual(new Set(['left']));
    expect(Math.max(...movers.map(({ bbox: [x, , width] }) => x + width))).toBeLessThanOrEqual(WIDTH * 0.25 + 1);
  });

  it('looks away from masks', async () => {
    const metas = await seen({
      masks: [
        [
          [0, 0.4],
          [1, 1],
        ],
      ],
    });

    expect(moversOf(metas)).toEqual([]);
    expect(metas.at(-1)?.motion).toEqual({ state: 'watching', score: 0 });
  });

  it('leaves pixels as they are, keeps what others have found, and numbers all objects', async () => {
    const see = await started(motion, {});
    const dog = {
      id: '0',
      trackId: null,
      model: 'm',
      label: 'dog',
      labelId: 18,
      score: 0.5,
      bbox: [1, 2, 30, 20] as const,
    };
    let last;
    for (const { record } of walk) {
      const meta = { ...metaOf(record), objects: [{ ...dog, attributes: [], zones: [] }] };
      last = {
        record,
        frame: onlyFrame(await see({ ...record, headers: { ...record.headers, 'frame-meta': JSON.stringify(meta) } })),
      };
    }

    expect(last?.frame.bytes).toEqual(last?.record.value);
    expect(last?.frame.meta.objects?.map(({ id, label }) => [id, label])).toEqual([
      ['0', 'dog'],
      ['1', 'motion'],
    ]);
  });

  it('reads encoded pictures whose size nobody knows, and gives boxes in the pixels of the picture', async () => {
    const see = await started(motion, { detail: 120 });
    const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
    let found;
    for (const { record, truth } of walk) {
      const { seq, captureTimeUs } = metaOf(record).frame;
      const jpeg = await sharp(record.value!, { raw })
        .resize(WIDTH * 2)
        .jpeg()
        .toBuffer();
      found = {
        truth,
        ...onlyFrame(await see(frameRecord(jpeg, 'image/jpeg', frameMeta({}, { seq, captureTimeUs })))),
      };
    }

    expect(found?.contentType).toBe('image/jpeg');
    expect(found?.meta.frame).toMatchObject({ width: WIDTH * 2, height: HEIGHT * 2 });
    if (!found) expect.fail('no frames');
    const [x, y, width, height] = found.truth[0]!;
    const box = found.meta.objects![0]!.bbox;
    for (const [index, side] of [x, y, width, height].entries())
      expect(Math.abs(box[index]! - side * 2)).toBeLessThan(12);
  });

  it('gives a frame that comes again the same answer, and learns nothing of it', async () => {
    const twice = walk.flatMap((frame) => [frame, frame]);

    const metas = await seen({}, twice);

    const once = await seen({});
    expect(metas.filter((_, index) => index % 2 === 0)).toEqual(once);
    expect(metas.filter((_, index) => index % 2 === 1)).toEqual(once);
  });

  it('learns anew when a film begins again', async () => {
    const again = walk.slice(0, 12).map(({ record, truth }) => {
      const meta = metaOf(record);
      const { seq } = meta.frame;
      const frame = { ...meta.frame, sessionId: 'another', captureTimeUs: meta.frame.captureTimeUs - 60_000_000, seq };
      return {
        truth,
        record: { ...record, headers: { ...record.headers, 'frame-meta': JSON.stringify({ ...meta, frame }) } },
      };
    });

    const metas = await seen({}, [...walk, ...again]);

    expect(metas.slice(walk.length).map(({ motion: said }) => said?.state)).toEqual([
      ...(Array(10).fill('learning') as string[]),
      'watching',
      'watching',
    ]);
  });

  it('refuses zones outside of the picture', () => {
    const parsed = motion.options.safeParse({
      zones: {
        door: [
          [0, 0],
          [10, 1],
        ],
      },
    });

    expect(parsed.error?.issues[0]?.message).toBe('must be from 0 to 1, a share of the picture');
  });
});
