import { describe, expect, it } from 'vitest';
import { openOnnxDetector } from '../../../processors/coco-ssd/backends/onnx.ts';
import type { Detector } from '../../../processors/detection/detector.ts';
import { needsMedia } from '../frame-records.ts';
import { modelFolder } from '../detection/model-folder.ts';
import { openOriginalPackage, type OriginalObject } from './original-package.ts';
import { cocoTruth, hits, iouOf, photos, type Found, type Photo } from './photos.ts';

interface Compared {
  readonly photo: Photo;
  readonly ours: readonly (Found & { readonly score: number })[];
  readonly original: readonly OriginalObject[];
}

async function compare(modelDirectory: string, minScore: number): Promise<readonly Compared[]> {
  const detectOriginal = await openOriginalPackage(modelDirectory);
  const settings = { minScore, maxBoxes: 20, nms: 'coco-ssd', classes: undefined, modelDirectory } as const;
  const detector: Detector = await openOnnxDetector(settings);
  const compared: Compared[] = [];
  for (const photo of await photos()) {
    const ours = await detector.detect(photo.pixels, photo.size);
    compared.push({ photo, ours, original: await detectOriginal(photo, minScore) });
  }
  await detector.close();
  return compared;
}

describe('onnx beside the coco-ssd package', { timeout: 240_000 }, () => {
  it.for([0.5, 0.3])(
    'finds the same objects at minScore %d, box by box and score by score',
    async (minScore, context) => {
      needsMedia(context);

      const compared = await compare(await modelFolder(context), minScore);

      expect(compared.length).toBeGreaterThan(10);
      expect(compared.flatMap(({ original }) => original).length).toBeGreaterThan(20);
      for (const { photo, ours, original } of compared) {
        expect(
          ours.map(({ label }) => label),
          photo.name,
        ).toEqual(original.map(({ label }) => label));
        for (const [index, object] of original.entries()) {
          expect(iouOf(ours[index]!.bbox, object.bbox), `${photo.name} ${object.label}`).toBeGreaterThanOrEqual(0.98);
          expect(Math.abs(ours[index]!.score - object.score), `${photo.name} ${object.label}`).toBeLessThan(1e-3);
        }
      }
    },
  );

  it('is as precise and finds as much of what people marked in the photos', async (context) => {
    needsMedia(context);
    const truth = cocoTruth();

    const marked = (await compare(await modelFolder(context), 0.5)).filter(({ photo }) => truth.has(photo.name));

    const count = (found: (compared: Compared) => readonly Found[]) => ({
      hits: marked.reduce((sum, each) => sum + hits(found(each), truth.get(each.photo.name)!), 0),
      found: marked.reduce((sum, each) => sum + found(each).length, 0),
    });
    const ours = count(({ ours }) => ours);
    const original = count(({ original }) => original);
    expect(original.hits).toBeGreaterThan(15);
    expect(ours.hits).toBeGreaterThanOrEqual(original.hits);
    expect(ours.hits / ours.found).toBeGreaterThanOrEqual(original.hits / original.found);
  });
});
