import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { cocoClasses } from '../../processors/coco-ssd/coco-classes.ts';
import type { BackendName, DetectorSettings } from '../../processors/coco-ssd/detector.ts';
import type { Detector } from '../../processors/detection/detector.ts';
import { modelFolder } from '../processors/detection/model-folder.ts';
import { stopSign, plainGrey } from '../processors/coco-ssd/drawn-pictures.ts';

/** A backend under test. */
export interface DetectorCase {
  readonly name: BackendName;
  readonly open: (settings: DetectorSettings) => Promise<Detector>;
  /** Why it cannot run here, or null. */
  readonly missing: string | null;
}

const defaults = { minScore: 0.5, maxBoxes: 20, nms: 'coco-ssd', classes: undefined } as const;

/** What every detector must do, whatever computes. */
export function detectorConformance({ name, open, missing }: DetectorCase): void {
  describe(`detector ${name}`, { timeout: 120_000 }, () => {
    const opened: Detector[] = [];
    const openWith = async (context: TestContext, settings: Partial<DetectorSettings> = {}): Promise<Detector> => {
      context.skip(missing !== null, missing ?? '');
      const detector = await open({ ...defaults, modelDirectory: await modelFolder(context), ...settings });
      opened.push(detector);
      return detector;
    };
    afterAll(async () => {
      for (const detector of opened) await detector.close();
    });

    it('finds a stop sign where it is drawn, in pixels of the picture', async (context) => {
      const detector = await openWith(context);
      const { pixels, size, bbox } = await stopSign({ width: 640, height: 360 });

      const [sign, ...more] = await detector.detect(pixels, size);

      expect(more).toEqual([]);
      expect(sign).toMatchObject({ label: 'stop sign', labelId: 13 });
      expect(sign!.score).toBeGreaterThan(0.8);
      for (const [index, edge] of sign!.bbox.entries()) expect(Math.abs(edge - bbox[index]!)).toBeLessThan(16);
    });

    it('finds nothing on a grey wall', async (context) => {
      const detector = await openWith(context);

      expect(await detector.detect(plainGrey({ width: 320, height: 240 }), { width: 320, height: 240 })).toEqual([]);
    });

    it('takes pictures of changing size, down to a single pixel', async (context) => {
      const detector = await openWith(context);
      const wide = await stopSign({ width: 640, height: 360 });
      const high = await stopSign({ width: 300, height: 500 });

      expect(await detector.detect(plainGrey({ width: 1, height: 1 }), { width: 1, height: 1 })).toEqual([]);
      expect((await detector.detect(high.pixels, high.size)).map(({ label }) => label)).toEqual(['stop sign']);
      expect((await detector.detect(wide.pixels, wide.size)).map(({ label }) => label)).toEqual(['stop sign']);
    });

    it('gives the same answer to the same picture', async (context) => {
      const detector = await openWith(context, { minScore: 0.1 });
      const { pixels, size } = await stopSign({ width: 640, height: 360 });

      expect(await detector.detect(pixels, size)).toEqual(await detector.detect(pixels, size));
    });

    it('orders by falling score, above minScore, each with its number in COCO, at most maxBoxes', async (context) => {
      const many = await openWith(context, { minScore: 0.01 });
      const few = await openWith(context, { minScore: 0.01, maxBoxes: 2 });
      const { pixels, size } = await stopSign({ width: 640, height: 360 });

      const found = await many.detect(pixels, size);

      expect(found.length).toBeGreaterThan(2);
      expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
      expect(found.every(({ score }) => score > 0.01 && score <= 1)).toBe(true);
      for (const { label, labelId } of found) expect(cocoClasses).toContainEqual({ label, labelId });
      expect(await few.detect(pixels, size)).toEqual(found.slice(0, 2));
    });

    it('keeps the wanted classes only, and counts maxBoxes among them', async (context) => {
      const all = await openWith(context, { minScore: 0.01 });
      const { pixels, size } = await stopSign({ width: 640, height: 360 });
      const found = await all.detect(pixels, size);
      const unlikely = found.findLast(({ label }) => label !== 'stop sign')!;

      const wanted = await openWith(context, { minScore: 0.01, maxBoxes: 1, classes: [unlikely.label] });

      expect(await wanted.detect(pixels, size)).toEqual([found.find(({ label }) => label === unlikely.label)]);
    });
  });
}
