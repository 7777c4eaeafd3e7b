import { afterAll, describe, expect, it } from 'vitest';
import { frameMetaSchema, type ConsumerRecord, type FrameMeta, type OutputRecord } from '../../../pipeline/index.ts';
import synthetic from '../../../pipeline/sources/synthetic.ts';
import decode from '../../../processors/decode.ts';
import resize from '../../../processors/resize.ts';
import { runSource, take } from '../../sources/source-harness.ts';
import { plainRecord, started } from '../frame-records.ts';
import cocoSsd from '../../../processors/coco-ssd/index.ts';
import { modelFolder } from '../detection/model-folder.ts';
import { iouOf } from './photos.ts';
import { startDetector, type StartedDetector } from '../detection/started-detector.ts';

/** Signs smaller than this in the picture that is looked at are not asked for, pixels. */
const SMALLEST_SIGN = 40;

function nextRecord({ value, headers }: OutputRecord): ConsumerRecord {
  return plainRecord(value, headers);
}

describe('the synthetic street through decode, resize and coco-ssd', () => {
  let detector: StartedDetector | undefined;
  afterAll(() => detector?.processor.close?.());

  it('has 95 % of its signs found where they are', { timeout: 180_000 }, async (context) => {
    detector = await startDetector(cocoSsd, { modelDirectory: await modelFolder(context) });
    const toRaw = await started(decode, { maxWidth: 1280 });
    const toSmall = await started(resize, { width: 640 });
    const street = await take(runSource(synthetic, { frames: 40, fps: 2, pace: 'fast' }).records);

    const metas: FrameMeta[] = [];
    for (const { value, headers } of street) {
      const [raw] = await toRaw(plainRecord(value, headers));
      const [small] = await toSmall(nextRecord(raw!));
      const { headers: found } = await detector.detect(nextRecord(small!));
      metas.push(frameMetaSchema.parse(JSON.parse(found?.['frame-meta'] as string)));
    }

    const signs = metas.flatMap(({ truth, objects = [] }) =>
      truth!.objects
        .filter(({ bbox }) => Math.min(bbox[2], bbox[3]) >= SMALLEST_SIGN)
        .map(({ bbox }) => objects.some(({ label, bbox: box }) => label === 'stop sign' && iouOf(box, bbox) >= 0.5)),
    );
    expect(signs.length).toBeGreaterThan(40);
    expect(signs.filter(Boolean).length / signs.length).toBeGreaterThanOrEqual(0.95);
  });
});
