import { resolve } from 'node:path';
import {
  defineProcessor,
  frameOutput,
  readRawFrame,
  type DetectedObject,
  type Logger,
  type OutputRecord,
  type ProcessorSetup,
  type RawFrame,
} from '../../pipeline/index.ts';
import type { Detection } from './detector.ts';
import type { DetectorPool } from './thread/detector-pool.ts';
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
    return {
      concurrency: settings.threads,
      process: async (record) => {
        const frame = readRawFrame(record);
        return withObjects(frame, await pool.detect(frame.bytes, frame.pixels));
      },
      close: () => pool.close(),
    };
  },
});

async function openPool(
  { backend, threads, ...settings }: CocoSsdOptions,
  { log, baseDirectory }: ProcessorSetup,
): Promise<DetectorPool> {
  const { pullModel } = await import('./model-store/index.ts');
  const { openDetectorPool } = await import('./thread/detector-pool.ts');
  const named = settings.modelDirectory;
  const { directory } = await pullModel({
    directory: named === undefined ? undefined : resolve(baseDirectory, named),
    onProgress: progressInto(log),
    onWarning: (sentence) => log.warn({}, sentence),
  });
  return openDetectorPool(threads, { backend, settings: { ...settings, modelDirectory: directory } }, log);
}

/** One line for each source that is asked. */
function progressInto(log: Logger): (progress: { readonly source: string }) => void {
  let asked: string | undefined;
  return ({ source }) => {
    if (source !== asked) log.info({ source }, `fetching the model from ${source}`);
    asked = source;
  };
}

function withObjects(frame: RawFrame, found: readonly Detection[]): OutputRecord {
  const others = frame.meta.objects?.filter(({ model }) => model !== MODEL) ?? [];
  const objects = [...others, ...found.map(objectOf)].map((object, index) => ({ ...object, id: String(index) }));
  const output = frameOutput({ ...frame, meta: { ...frame.meta, objects } });
  return { ...output, headers: { ...output.headers, ce_type: 'dev.tapline.detections.v1' } };
}

function objectOf({ label, labelId, score, bbox: [x, y, width, height] }: Detection): DetectedObject {
  return {
    id: '0',
    trackId: null,
    model: MODEL,
    label,
    labelId,
    score: rounded(score, 4),
    bbox: [rounded(x, 3), rounded(y, 3), rounded(width, 3), rounded(height, 3)],
    attributes: [],
    zones: [],
  };
}

/** Digits beyond any detector's precision only make the header longer. */
function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
