import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../pipeline/index.ts';
import { openDetector } from '../../../processors/coco-ssd/backends/open-detector.ts';
import type { BackendName } from '../../../processors/coco-ssd/detector.ts';
import { detectorConformance } from '../../conformance/detector.conformance.ts';
import { modelFolder } from '../detection/model-folder.ts';

const tfjsNodeMissing = whyAbsent('@tensorflow/tfjs-node');

const backends: readonly { readonly name: BackendName; readonly missing: string | null }[] = [
  { name: 'onnx', missing: null },
  { name: 'tfjs-wasm', missing: null },
  { name: 'tfjs-node', missing: tfjsNodeMissing && `${tfjsNodeMissing}; run scripts/tfjs-node-from-wheel.sh` },
];

for (const { name, missing } of backends) {
  detectorConformance({ name, missing, open: async (settings) => (await openDetector(name, settings)).detector });
}

describe('choice of a backend', () => {
  it('takes onnx for auto, since it loads and is the fastest', { timeout: 60_000 }, async (context) => {
    const modelDirectory = await modelFolder(context);
    const settings = { minScore: 0.5, maxBoxes: 20, nms: 'coco-ssd', classes: undefined, modelDirectory } as const;

    const { detector, passedOver } = await openDetector('auto', settings);
    await detector.close();

    expect(detector.backend).toBe('onnx');
    expect(passedOver).toEqual([]);
  });

  it('names the script that mends an absent tfjs-node', async ({ skip }) => {
    skip(tfjsNodeMissing === null, 'tfjs-node is installed here');
    const settings = { minScore: 0.5, maxBoxes: 20, nms: 'coco-ssd', classes: undefined, modelDirectory: '.' } as const;

    const error: unknown = await openDetector('tfjs-node', settings).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: 'DETECTOR_BACKEND_UNAVAILABLE' });
    expect((error as Error).message).toContain('run scripts/tfjs-node-from-wheel.sh, or use backend: onnx');
  });
});

function whyAbsent(name: string): string | null {
  try {
    createRequire(import.meta.url)(name);
    return null;
  } catch (error) {
    return `${name} does not load (${(error as Error).message.split('\n')[0]!})`;
  }
}
