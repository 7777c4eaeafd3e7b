import { describe, expect, it } from 'vitest';
import cocoSsd from '../../../processors/coco-ssd/index.ts';
import { cocoClasses } from '../../../processors/coco-ssd/coco-classes.ts';

function faults(options: object): readonly string[] {
  return cocoSsd.options.safeParse(options).error?.issues.map(({ message }) => message) ?? [];
}

describe('options of coco-ssd', () => {
  it('have a default each', () => {
    expect(cocoSsd.options.parse({})).toEqual({
      backend: 'onnx',
      minScore: 0.5,
      maxBoxes: 20,
      nms: 'coco-ssd',
      threads: 1,
    });
  });

  it('name the class that was meant', () => {
    expect(faults({ classes: ['person', 'stopsign'] })).toEqual([
      'COCO has no class "stopsign"; did you mean "stop sign"?',
    ]);
  });

  it('refuse to thin out in another way than the package where the package does it', () => {
    expect(faults({ backend: 'tfjs-wasm', nms: { iou: 0.4 } })).toEqual([
      'the coco-ssd package of the tfjs backends thins out in its own way; use nms: coco-ssd or backend: onnx',
    ]);
    expect(faults({ backend: 'auto', nms: { iou: 0.4 } })).toEqual([]);
  });

  it('know all 80 classes under the numbers of the coco-ssd package', async () => {
    const { CLASSES } = (await import('@tensorflow-models/coco-ssd/dist/classes.js')) as {
      CLASSES: Readonly<Record<string, { readonly id: number; readonly displayName: string }>>;
    };

    const original = Object.values(CLASSES).map(({ id, displayName }) => ({ labelId: id, label: displayName }));

    expect(original).toHaveLength(80);
    expect(cocoClasses).toEqual(original);
  });
});
