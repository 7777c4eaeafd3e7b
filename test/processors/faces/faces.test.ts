import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { frameMetaSchema, type DetectedObject, type FrameMeta, type OutputRecord } from '../../../pipeline/index.ts';
import faces from '../../../processors/faces/index.ts';
import { tinyFaceDetector } from '../../../processors/faces/tiny-face-detector.ts';
import { plainGrey, type DrawnPicture } from '../coco-ssd/drawn-pictures.ts';
import { iouOf } from '../coco-ssd/photos.ts';
import { modelFolder } from '../detection/model-folder.ts';
import { startDetector, type StartedDetector } from '../detection/started-detector.ts';
import { frameMeta, frameRecord } from '../frame-records.ts';
import { drawnFace } from './drawn-face.ts';

const SIZE = { width: 640, height: 360 };

const started: StartedDetector[] = [];

afterEach(async () => {
  for (const { processor } of started.splice(0)) await processor.close?.();
});

async function start(context: TestContext, options: object = {}): Promise<StartedDetector> {
  const modelDirectory = await modelFolder(context, tinyFaceDetector);
  const detector = await startDetector(faces, { modelDirectory, ...options });
  started.push(detector);
  return detector;
}

function metaOf(output: OutputRecord): FrameMeta {
  return frameMetaSchema.parse(JSON.parse(output.headers?.['frame-meta'] as string));
}

async function facesIn(
  { detect }: StartedDetector,
  { pixels, size }: Pick<DrawnPicture, 'pixels' | 'size'>,
  meta: Partial<FrameMeta> = {},
): Promise<readonly DetectedObject[]> {
  const type = `image/x-raw;format=rgb24;width=${size.width};height=${size.height}`;
  const record = frameRecord(pixels, type, frameMeta(meta, { ...size }));
  const output = await detect(record);
  expect(record.value?.equals(output.value as Buffer)).toBe(true);
  expect(output.headers).toMatchObject({ 'content-type': type, ce_type: 'dev.tapline.detections.v1' });
  return metaOf(output).objects!;
}

describe('faces', { timeout: 120_000 }, () => {
  it('finds a face where it is drawn, and leaves the pixels as they are', async (context) => {
    const detector = await start(context);
    const drawn = await drawnFace(SIZE, 140);

    const [face, ...more] = await facesIn(detector, drawn);

    expect(more).toEqual([]);
    expect(face).toMatchObject({
      id: '0',
      trackId: null,
      model: 'face-api/tiny_face_detector',
      label: 'face',
      labelId: 0,
      attributes: [],
      zones: [],
    });
    expect(face!.score).toBeGreaterThan(0.6);
    expect(iouOf(face!.bbox, drawn.bbox)).toBeGreaterThan(0.5);
    expect(detector.log).toContain('faces are detected by onnx');
  });

  it('finds it in pictures of any shape, and says with an empty list that there is none', async (context) => {
    const detector = await start(context);

    for (const size of [SIZE, { width: 300, height: 500 }, { width: 1280, height: 720 }, { width: 501, height: 333 }]) {
      const drawn = await drawnFace(size, size.height * 0.35);
      const [face, ...more] = await facesIn(detector, drawn);
      expect(more).toEqual([]);
      expect(iouOf(face!.bbox, drawn.bbox), `${size.width}x${size.height}`).toBeGreaterThan(0.5);
    }
    for (const size of [SIZE, { width: 1, height: 1 }, { width: 2000, height: 3 }]) {
      expect(await facesIn(detector, { pixels: plainGrey(size), size })).toEqual([]);
    }
  });

  it('finds smaller faces where it looks at a larger picture', async (context) => {
    const small = await drawnFace({ width: 1280, height: 720 }, 100);

    expect(await facesIn(await start(context, { minScore: 0.3 }), small)).toEqual([]);

    const [face] = await facesIn(await start(context, { inputSize: 1280, minScore: 0.3 }), small);
    expect(iouOf(face!.bbox, small.bbox)).toBeGreaterThan(0.5);
  });

  it('leaves out what scores less than minScore, and more than maxBoxes', async (context) => {
    const drawn = await drawnFace(SIZE, 140);
    const sure = await start(context, { minScore: 0.95 });
    const all = await start(context, { minScore: 0.005, iou: 1, maxBoxes: 1000 });
    const few = await start(context, { minScore: 0.005, iou: 1, maxBoxes: 2 });

    expect(await facesIn(sure, drawn)).toEqual([]);
    const found = await facesIn(all, drawn);
    expect(found.length).toBeGreaterThan(2);
    expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(await facesIn(few, drawn)).toEqual(found.slice(0, 2));
  });

  it('lists faces behind what others have found, in place of faces it has found before', async (context) => {
    const detector = await start(context);
    const drawn = await drawnFace(SIZE, 140);
    const [face] = await facesIn(detector, drawn);
    const person = { ...face!, model: 'coco-ssd/lite_mobilenet_v2', label: 'person', labelId: 1 };

    const objects = await facesIn(detector, drawn, { objects: [{ ...face!, bbox: [1, 2, 3, 4] }, person] });

    expect(objects).toEqual([
      { ...person, id: '0' },
      { ...face!, id: '1' },
    ]);
  });

  it('takes no picture size that is not in whole cells', () => {
    expect(faces.options.safeParse({ inputSize: 400 }).success).toBe(false);
    expect(faces.options.safeParse({ inputSize: 416 }).success).toBe(true);
  });
});
