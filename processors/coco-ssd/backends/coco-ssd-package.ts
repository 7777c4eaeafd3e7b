import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { io } from '@tensorflow/tfjs-core';
import type { Detection, Detector } from '../../detection/detector.ts';
import { labelIds } from '../coco-classes.ts';
import { boxesToAskFor, keepWanted, type BackendName, type DetectorSettings } from '../detector.ts';

/** Boxes the network looks at: asking for all of them is asking without a limit. */
const ALL_BOXES = 1917;

/** How a TensorFlow.js backend is brought up. */
export interface TfjsBackend {
  readonly name: BackendName;
  /** As TensorFlow.js calls it. */
  readonly tfjsName: string;
  /** Loads the library that registers it. */
  register(): Promise<unknown>;
}

/** The coco-ssd package itself on a TensorFlow.js backend, its weights read from the model folder. */
export async function openCocoSsdPackage(backend: TfjsBackend, settings: DetectorSettings): Promise<Detector> {
  const tf = await import('@tensorflow/tfjs-core');
  tf.enableProdMode();
  await backend.register();
  await tf.setBackend(backend.tfjsName);
  await tf.ready();
  const { load } = await import('@tensorflow-models/coco-ssd');
  const model = await load({ base: 'lite_mobilenet_v2', modelUrl: modelUrlOf(settings.modelDirectory) });
  const limit = Math.min(ALL_BOXES, boxesToAskFor(settings));
  return {
    backend: backend.name,
    detect: async (pixels, { width, height }) => {
      const picture = tf.tensor3d(pixels, [height, width, 3], 'int32');
      try {
        const found = await model.detect(picture, limit, settings.minScore);
        return keepWanted(found.map(detectionOf), settings);
      } finally {
        picture.dispose();
      }
    },
    close: async () => model.dispose(),
  };
}

function detectionOf(found: { class: string; score: number; bbox: [number, number, number, number] }): Detection {
  return { label: found.class, labelId: labelIds.get(found.class) ?? 0, score: found.score, bbox: found.bbox };
}

/** Typed as an address, but handed on to `loadGraphModel`, which takes a handler as well; that needs no web server. */
function modelUrlOf(directory: string): string {
  const handler: io.IOHandler = { load: () => readArtifacts(directory) };
  return handler as unknown as string;
}

async function readArtifacts(directory: string): Promise<io.ModelArtifacts> {
  const model = JSON.parse(await readFile(join(directory, 'model.json'), 'utf8')) as io.ModelJSON;
  const paths = model.weightsManifest.flatMap((group) => group.paths);
  const bytes = await Promise.all(paths.map((path) => buffer(createReadStream(join(directory, path)))));
  return {
    modelTopology: model.modelTopology,
    weightSpecs: model.weightsManifest.flatMap((group) => group.weights),
    weightData: Uint8Array.from(Buffer.concat(bytes)).buffer,
  };
}
