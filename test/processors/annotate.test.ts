import { describe, expect, it } from 'vitest';
import type { DetectedObject, FrameMeta } from '../../pipeline/index.ts';
import annotate from '../../processors/annotate/index.ts';
import { classColour, inkOn } from '../../processors/annotate/palette.ts';
import { typeSize } from '../../processors/annotate/draw-objects.ts';
import { onlyFrame, rawRecord, started } from './frame-records.ts';

const GREY = [90, 90, 90] as const;

function found(bbox: DetectedObject['bbox'], parts: Partial<DetectedObject> = {}): DetectedObject {
  const nobody = { id: '0', trackId: null, model: 'coco-ssd', attributes: [], zones: [] };
  return { ...nobody, label: 'person', labelId: 1, score: 0.87, bbox, ...parts };
}

const greyRecord = (width: number, height: number, meta: Partial<FrameMeta>) =>
  rawRecord({ width, height, meta }, () => GREY);

interface Picture {
  readonly width: number;
  at(x: number, y: number): readonly number[];
  /** How many pixels of a rectangle satisfy a condition. */
  count(area: readonly [number, number, number, number], isIt: (pixel: readonly number[]) => boolean): number;
}

async function drawn(options: object, record: ReturnType<typeof greyRecord>): Promise<Picture> {
  const { bytes, meta } = onlyFrame(await (await started(annotate, options))(record));
  const width = meta.frame.width!;
  const at = (x: number, y: number): readonly number[] => [
    ...bytes.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
  ];
  return {
    width,
    at,
    count: ([left, top, across, down], isIt) => {
      let count = 0;
      for (let y = top; y < top + down; y++) for (let x = left; x < left + across; x++) if (isIt(at(x, y))) count++;
      return count;
    },
  };
}

const isColour =
  (colour: readonly number[]) =>
  (pixel: readonly number[]): boolean =>
    pixel.every((value, index) => value === colour[index]);

describe('annotate', () => {
  it('draws the border of each box in the colour of its class, and leaves the inside alone', async () => {
    const objects = [found([100, 100, 200, 150]), found([400, 120, 100, 80], { label: 'car', labelId: 3 })];

    const picture = await drawn({ showLabels: false, showScores: false }, greyRecord(640, 360, { objects }));

    expect(picture.at(100, 100)).toEqual(classColour(1));
    expect(picture.at(299, 249)).toEqual(classColour(1));
    expect(picture.at(400, 160)).toEqual(classColour(3));
    expect(picture.count([102, 102, 196, 146], isColour(GREY))).toBe(196 * 146);
    expect(picture.count([310, 0, 80, 360], isColour(GREY))).toBe(80 * 360);
  });

  it('writes label and score on paper of the same colour, above the box', async () => {
    const picture = await drawn({}, greyRecord(640, 360, { objects: [found([100, 100, 200, 150])] }));
    const paper = picture.count([100, 80, 120, 20], isColour(classColour(1)));
    const ink = picture.count([100, 80, 120, 20], isColour(inkOn(classColour(1))));

    expect(paper).toBeGreaterThan(600);
    expect(ink).toBeGreaterThan(50);
    expect(picture.count([100, 60, 200, 15], isColour(GREY))).toBe(200 * 15);
  });

  it.each([
    ['showLabels', { showScores: false }],
    ['showScores', { showLabels: false }],
  ])('writes less with only %s', async (_, options) => {
    const record = greyRecord(640, 360, { objects: [found([100, 100, 200, 150])] });
    const paper = (picture: Picture) => picture.count([100, 70, 300, 30], isColour(classColour(1)));

    const some = paper(await drawn(options, record));

    expect(some).toBeGreaterThan(100);
    expect(some).toBeLessThan(paper(await drawn({}, record)));
  });

  it('keeps label and line legible from 160 to 4096 wide', async () => {
    const paper = classColour(1);
    const ink = inkOn(paper);
    const distance = (one: readonly number[], other: readonly number[]): number =>
      one.reduce((sum, value, index) => sum + Math.abs(value - other[index]!), 0);
    const inkOfLabel = async (width: number): Promise<number> => {
      const height = Math.round((width * 9) / 16);
      const picture = await drawn({}, greyRecord(width, height, { objects: [found([0, height / 2, 9, 9])] }));
      const size = typeSize({ width, height });
      const label = [0, Math.round(height / 2) - size, 3 * size, size] as const;
      return picture.count(label, (pixel) => distance(pixel, ink) < distance(pixel, paper)) / (3 * size * size);
    };

    expect([160, 640, 1280, 4096].map((width) => typeSize({ width, height: (width * 9) / 16 }))).toEqual([
      9, 14, 22, 44,
    ]);
    for (const width of [160, 640, 1280, 4096]) {
      const share = await inkOfLabel(width);
      expect(share, `${width} wide`).toBeGreaterThan(0.12);
      expect(share, `${width} wide`).toBeLessThan(0.45);
    }
  });

  it('keeps labels inside the picture and off each other', async () => {
    const same: DetectedObject['bbox'] = [600, 2, 39, 60];
    const objects = [found(same, { label: 'person' }), found(same, { label: 'dog', labelId: 18, score: 0.5 })];

    const picture = await drawn({}, greyRecord(640, 360, { objects }));

    const person = picture.count([520, 0, 120, 120], isColour(classColour(1)));
    const dog = picture.count([520, 0, 120, 120], isColour(classColour(18)));
    expect(person).toBeGreaterThan(500);
    expect(dog).toBeGreaterThan(500);
  });

  it('survives boxes outside, across the edge, empty and larger than the picture, in a picture lower than a label', async () => {
    const boxes: DetectedObject['bbox'][] = [
      [-50, -50, 20, 20],
      [-5, -5, 20, 500],
      [3, 1, 0, 0],
      [1e9, 1e9, 1e9, 1e9],
      [-1e9, -1e9, 3e9, 3e9],
    ];
    const objects = boxes.map((bbox) => found(bbox));

    const picture = await drawn({ showClock: true }, greyRecord(600, 3, { objects }));

    expect(picture.width).toBe(600);
  });

  it('writes names in other alphabets without failing, accents included', async () => {
    const width = async (label: string): Promise<number> => {
      const objects = [found([100, 100, 300, 150], { label })];
      const picture = await drawn({ showScores: false }, greyRecord(640, 360, { objects }));
      return picture.count([100, 80, 400, 19], (pixel) => !isColour(GREY)(pixel));
    };

    expect(await width('Fußgänger')).toBe(await width('Fußganger'));
    expect(await width('日本')).toBeGreaterThan(200);
  });

  it('never draws into the bytes it was given, for they are what a dead letter carries', async () => {
    const record = greyRecord(64, 64, { objects: [found([10, 10, 20, 20])] });
    const before = Buffer.from(record.value!);

    await drawn({}, record);

    expect(record.value).toEqual(before);
  });

  it('passes a frame through where there is nothing to draw', async () => {
    const process = await started(annotate);

    for (const meta of [{}, { objects: [] }]) {
      const record = greyRecord(64, 64, meta);
      expect(onlyFrame(await process(record)).bytes).toBe(record.value);
    }
  });

  it('shows clock and latency at the bottom when asked', async () => {
    const stages = [{ name: 'detect', worker: 'detect-0', inUs: 1_795_224_600_150_000, outUs: 1_795_224_600_203_456 }];
    const paper = async (options: object): Promise<number> =>
      (await drawn(options, greyRecord(640, 360, { stages }))).count([0, 330, 640, 30], isColour([24, 24, 24]));

    const clock = await paper({ showClock: true });

    expect(await paper({})).toBe(0);
    expect(clock).toBeGreaterThan(1000);
    expect(await paper({ showLatency: true })).toBeLessThan(clock);
    expect(await paper({ showClock: true, showLatency: true })).toBeGreaterThan(clock);
  });

  it('gives every COCO class a colour of its own, with ink that stands out', () => {
    const colours = Array.from({ length: 90 }, (_, index) => classColour(index + 1));

    expect(new Set(colours.map(String)).size).toBe(90);
    expect(inkOn([255, 255, 0])).toEqual([0, 0, 0]);
    expect(inkOn([0, 0, 160])).toEqual([255, 255, 255]);
  });
});
