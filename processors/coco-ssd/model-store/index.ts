import { join } from 'node:path';
import { cacheDirectory } from '../../../pipeline/index.ts';
import { checkFile } from './check-file.ts';
import { fillFolder, type PullProgress } from './fill-folder.ts';
import { MODEL_FILES, MODEL_NAME, MODEL_SOURCES } from './ssdlite-mobilenet-v2.ts';

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
 * Sees to it that the detector's weights are there, every file checked by its SHA-256; needs no network where they are.
 * @throws RetriableError MODEL_NOT_AVAILABLE where no source delivers, UserError MODEL_FOLDER_UNUSABLE.
 */
export async function pullModel(options: PullOptions = {}): Promise<PulledModel> {
  const { directory = cachedAt(), ...rest } = options;
  const downloadedBytes = await fillFolder({ directory, files: MODEL_FILES, sources: MODEL_SOURCES, ...rest });
  return { directory, downloadedBytes };
}

/** Whether the detector's weights are there, without fetching any: `damaged` is fetched anew by {@link pullModel}. */
export async function modelState(
  directory: string = cachedAt(),
): Promise<{ readonly directory: string; readonly state: 'good' | 'absent' | 'damaged' }> {
  const states = await Promise.all(MODEL_FILES.map((file) => checkFile(file, directory)));
  const state = states.every((one) => one === 'good') ? 'good' : states.includes('damaged') ? 'damaged' : 'absent';
  return { directory, state };
}

function cachedAt(): string {
  return join(cacheDirectory(), 'models', MODEL_NAME);
}
