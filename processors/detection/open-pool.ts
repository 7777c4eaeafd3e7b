import { resolve } from 'node:path';
import type { Logger, ProcessorSetup } from '../../pipeline/index.ts';
import type { Model } from './model-store/model-source.ts';
import { pullModel } from './model-store/index.ts';
import { openDetectorPool, type DetectorPool } from './thread/detector-pool.ts';
import type { ThreadEntry } from './thread/thread-detector.ts';

/** What a processor that detects is made of. */
export interface PoolRequest {
  readonly model: Model;
  /** As the topology names it; the cache when left out. */
  readonly modelDirectory: string | undefined;
  readonly threads: number;
  readonly entry: Omit<ThreadEntry, 'data'>;
  /** What each thread is started with, given the folder of the checked weights. */
  dataOf(modelDirectory: string): unknown;
}

/** Sees to it that the weights are there, then starts the threads that look at pictures with them. */
export async function openPool(request: PoolRequest, { log, baseDirectory }: ProcessorSetup): Promise<DetectorPool> {
  const { model, modelDirectory, threads, entry } = request;
  const { directory } = await pullModel(model, {
    directory: modelDirectory === undefined ? undefined : resolve(baseDirectory, modelDirectory),
    onProgress: progressInto(log),
    onWarning: (sentence) => log.warn({}, sentence),
  });
  return openDetectorPool(threads, { ...entry, data: request.dataOf(directory) }, log);
}

/** One line for each source that is asked. */
function progressInto(log: Logger): (progress: { readonly source: string }) => void {
  let asked: string | undefined;
  return ({ source }) => {
    if (source !== asked) log.info({ source }, `fetching the model from ${source}`);
    asked = source;
  };
}
