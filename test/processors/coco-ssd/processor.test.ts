import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { frameMetaSchema, type ConsumerRecord, type FrameMeta, type OutputRecord } from '../../../pipeline/index.ts';
import { frameMeta, frameRecord } from '../frame-records.ts';
import { plainGrey, stopSign } from './drawn-pictures.ts';
import cocoSsd from '../../../processors/coco-ssd/index.ts';
import { modelFolder } from '../detection/model-folder.ts';
import { startDetector, type StartedDetector } from '../detection/started-detector.ts';

const WIDTH = 640;
const HEIGHT = 360;
const RAW = `image/x-raw;format=rgb24;width=${WIDTH};height=${HEIGHT}`;

const started: StartedDetector[] = [];

afterEach(async () => {
  for (const { processor } of started.splice(0)) await processor.close?.();
});

async function start(context: TestContext, options: object = {}): Promise<StartedDetector> {
  const detector = await startDetector(cocoSsd, { modelDirectory: await modelFolder(context), ...options });
  started.push(detector);
  return detector;
}

function rawFrame(pixels: Buffer, meta: Partial<FrameMeta> = {}): ConsumerRecord {
  return frameRecord(pixels, RAW, frameMeta(meta, { width: WIDTH, height: HEIGHT }));
}

async function signFrame(): Promise<ConsumerRecord> {
  return rawFrame((await stopSign({ width: WIDTH, height: HEIGHT })).pixels);
}

function metaOf(output: OutputRecord): FrameMeta {
  return frameMetaSchema.parse(JSON.parse(output.headers?.['frame-meta'] as string));
}

/** The threads that are started meanwhile. */
async function threadsOf<Result>(work: () => Promise<Result>): Promise<{ threads: Worker[]; result: Result }> {
  const threads: Worker[] = [];
  const keep = (worker: Worker): void => void threads.push(worker);
  process.on('worker', keep);
  try {
    return { result: await work(), threads };
  } finally {
    process.off('worker', keep);
  }
}

describe('coco-ssd', { timeout: 120_000 }, () => {
  it('lists what it finds and leaves the pixels as they are', async (context) => {
    const { detect, log } = await start(context);
    const record = await signFrame();

    const output = await detect(record);

    expect(output.value).toEqual(record.value);
    expect(output.headers).toMatchObject({ 'content-type': RAW, ce_type: 'dev.tapline.detections.v1' });
    const [sign, ...more] = metaOf(output).objects!;
    expect(more).toEqual([]);
    expect(sign).toMatchObject({
      id: '0',
      trackId: null,
      model: 'coco-ssd/lite_mobilenet_v2',
      label: 'stop sign',
      labelId: 13,
      attributes: [],
      zones: [],
    });
    expect(log).toContain('objects are detected by onnx');
  });

  it('says with an empty list that it looked and found nothing', async (context) => {
    const { detect } = await start(context);

    const output = await detect(rawFrame(plainGrey({ width: WIDTH, height: HEIGHT })));

    expect(metaOf(output).objects).toEqual([]);
  });

  it('keeps what else is known about the frame', async (context) => {
    const { detect } = await start(context);
    const truth = { objects: [{ label: 'stop sign', bbox: [1, 2, 3, 4] as [number, number, number, number] }] };

    const { objects, ...known } = metaOf(
      await detect(
        rawFrame(plainGrey({ width: WIDTH, height: HEIGHT }), { truth, dropped: { count: 2, reasons: {} } }),
      ),
    );

    expect(objects).toEqual([]);
    expect(known).toEqual(frameMeta({ truth, dropped: { count: 2, reasons: {} } }, { width: WIDTH, height: HEIGHT }));
  });

  it('sends an encoded picture to the dead letters and goes on', async (context) => {
    const { detect } = await start(context);

    await expect(detect(frameRecord(Buffer.from('jpeg'), 'image/jpeg'))).rejects.toMatchObject({
      code: 'PICTURE_NOT_RAW',
      retriable: false,
    });
    expect(metaOf(await detect(await signFrame())).objects).toHaveLength(1);
  });

  it('works on as many frames at once as it has threads, each answer on its own frame', async (context) => {
    const { threads, result } = await threadsOf(() => start(context, { threads: 2 }));
    const sign = await signFrame();
    const grey = rawFrame(plainGrey({ width: WIDTH, height: HEIGHT }));

    const outputs = await Promise.all([sign, grey, sign, grey, grey].map((record) => result.detect(record)));

    expect(threads).toHaveLength(2);
    expect(result.processor.concurrency).toBe(2);
    expect(outputs.map((output) => metaOf(output).objects?.length)).toEqual([1, 0, 1, 0, 0]);
  });

  it('asks for the frame again when its thread dies, and starts another', async (context) => {
    const { threads, result } = await threadsOf(() => start(context));
    const record = await signFrame();

    const answer = result.detect(record);
    await threads[0]!.terminate();

    await expect(answer).rejects.toMatchObject({ code: 'DETECTOR_THREAD_DIED', retriable: true });
    const again = await threadsOf(() => result.detect(record));
    expect(again.threads).toHaveLength(1);
    expect(metaOf(again.result).objects).toHaveLength(1);
  });

  it('ends its threads when it is closed', async (context) => {
    const { threads, result } = await threadsOf(() => start(context));
    const ended = once(threads[0]!, 'exit');

    await result.processor.close?.();

    await ended;
    expect(threads[0]!.threadId).toBe(-1);
  });
});
