import { compiledEntry, defineProcessor, type ProcessorSetup } from '../../pipeline/index.ts';
import { detecting } from '../detection/detecting.ts';
import type { DetectorPool } from '../detection/thread/detector-pool.ts';
import type { ThreadData } from './detector.ts';
import { options, type CocoSsdOptions } from './options.ts';

/** Name of the model in `objects`. */
const MODEL = 'coco-ssd/lite_mobilenet_v2';

/**
 * Finds the objects of COCO's 80 classes in raw pixels and lists them in `frame-meta`, behind those that others have found;
 * the pixels stay as they are.
 */
export default defineProcessor({
  name: 'coco-ssd',
  summary: "Finds objects of COCO's 80 classes (people, vehicles, animals, things) in raw pixels.",
  options,
  async create(settings, setup) {
    const pool = await openPool(settings, setup);
    return { concurrency: settings.threads, ...detecting(MODEL, pool) };
  },
});

async function openPool(
  { backend, threads, ...settings }: CocoSsdOptions,
  setup: ProcessorSetup,
): Promise<DetectorPool> {
  const detection = await import('../detection/open-pool.ts');
  const { ssdliteMobilenetV2 } = await import('./ssdlite-mobilenet-v2.ts');
  const module = compiledEntry('./detector-thread.ts', import.meta.url);
  return detection.openPool(
    {
      model: ssdliteMobilenetV2,
      modelDirectory: settings.modelDirectory,
      threads,
      entry: { module, processor: 'coco-ssd', finds: 'objects' },
      dataOf: (modelDirectory): ThreadData => ({ backend, settings: { ...settings, modelDirectory } }),
    },
    setup,
  );
}
