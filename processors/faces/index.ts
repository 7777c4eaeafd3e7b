import { compiledEntry, defineProcessor, type ProcessorSetup } from '../../pipeline/index.ts';
import { detecting } from '../detection/detecting.ts';
import type { DetectorPool } from '../detection/thread/detector-pool.ts';
import type { FaceSettings } from './face-detector.ts';
import { options, type FacesOptions } from './options.ts';

/** Name of the model in `objects`. */
const MODEL = 'face-api/tiny_face_detector';

/**
 * Finds faces in raw pixels and lists them in `frame-meta`, behind the objects that others have found; the pixels stay as
 * they are. It finds where a face is, not whose it is.
 */
export default defineProcessor({
  name: 'faces',
  summary: 'Finds faces in raw pixels: objects with the label face. It tells where a face is, not whose.',
  options,
  async create(settings, setup) {
    const pool = await openPool(settings, setup);
    return { concurrency: settings.threads, ...detecting(MODEL, pool) };
  },
});

async function openPool({ threads, ...settings }: FacesOptions, setup: ProcessorSetup): Promise<DetectorPool> {
  const detection = await import('../detection/open-pool.ts');
  const { tinyFaceDetector } = await import('./tiny-face-detector.ts');
  const module = compiledEntry('./detector-thread.ts', import.meta.url);
  return detection.openPool(
    {
      model: tinyFaceDetector,
      modelDirectory: settings.modelDirectory,
      threads,
      entry: { module, processor: 'faces', finds: 'faces' },
      dataOf: (modelDirectory): FaceSettings => ({ ...settings, modelDirectory }),
    },
    setup,
  );
}
