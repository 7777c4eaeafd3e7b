import { join } from 'node:path';
import { cacheDirectory } from '../../../pipeline/index.ts';
import { checkFile } from './check-file.ts';
import { fillFolder, type PullProgress } from './fill-folder.ts';
import type { Model } from './model-source.ts';

export type { PullProgress } from './fill-folder.ts';

export interface PullOptions {
  /** Folder of the model; the user's cache when left out. */
  readonly directory?: string | undefined;
  readonly onProgress?: (progress: PullProgress) => void;
  /** Told of files that are damaged and fetched anew. */
  readonly onWarning?: (sentence: string) => void;
  readonly signal?: AbortSignal;
}

export interface PulledModel {
  readonly directory: string;
  /** 0 where everything was there. */
  readonly downloadedBytes: number;
}

/**
 * Sees to it that a model's weights are there, every file checked by its SHA-256; needs no network where they are.
 * @throws RetriableError MODEL_NOT_AVAILABLE where no source delivers, UserError MODEL_FOLDER_UNUSABLE.
 */
export async function pullModel(model: Model, options: PullOptions = {}): Promise<PulledModel> {
  const { directory = cachedAt(model), ...rest } = options;
  const downloadedBytes = await fillFolder({ directory, files: model.files, sources: model.sources, ...rest });
  return { directory, downloadedBytes };
}

/** Whether a model's weights are there, without fetching any: `damaged` is fetched anew by {@link pullModel}. */
export async function modelState(
  model: Model,
  directory: string = cachedAt(model),
): Promise<{ readonly directory: string; readonly state: 'good' | 'absent' | 'damaged' }> {
  const states = await Promise.all(model.files.map((file) => checkFile(file, directory)));
  const state = states.every((one) => one === 'good') ? 'good' : states.includes('damaged') ? 'damaged' : 'absent';
  return { directory, state };
}

function cachedAt({ name }: Model): string {
  return join(cacheDirectory(), 'models', name);
}
