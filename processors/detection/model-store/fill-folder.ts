import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RetriableError, UserError, messageOf } from '../../../pipeline/index.ts';
import { checkFile } from './check-file.ts';
import type { ModelFile, ModelSource } from './model-source.ts';
import { makeWorkFolder } from './work-folder.ts';

/** How far fetching is. */
export interface PullProgress {
  /** Name of the source. */
  readonly source: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

/** How a folder is filled. */
export interface FillRequest {
  readonly directory: string;
  readonly files: readonly ModelFile[];
  /** Asked in this order, each for what the ones before did not deliver. */
  readonly sources: readonly ModelSource[];
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  readonly onWarning?: ((sentence: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sees to it that the folder holds every file, checked by its SHA-256. A file appears under its name only whole and
 * checked: two processes at once and a killed one both end well. Gives the bytes that had to be fetched.
 * @throws RetriableError MODEL_NOT_AVAILABLE where no source delivers, UserError MODEL_FOLDER_UNUSABLE where the folder
 * cannot be written.
 */
export async function fillFolder(request: FillRequest): Promise<number> {
  const missing = await missingFiles(request);
  if (missing.length === 0) return 0;
  const folder = await makeWorkFolder(request.directory).catch((error: unknown) => unusable(request, error));
  try {
    return await fetchAll(missing, folder, request);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function missingFiles({ files, directory, onWarning }: FillRequest): Promise<readonly ModelFile[]> {
  const missing: ModelFile[] = [];
  for (const file of files) {
    const state = await checkFile(file, directory).catch((error: unknown) => unusable({ directory }, error));
    if (state === 'damaged') onWarning?.(`${join(directory, file.name)} is damaged; fetching it anew`);
    if (state !== 'good') missing.push(file);
  }
  return missing;
}

async function fetchAll(missing: readonly ModelFile[], folder: string, request: FillRequest): Promise<number> {
  const wanted = new Set(missing);
  const reasons: string[] = [];
  let received = 0;
  for (const source of request.sources) {
    const onBytes = progressOf(source, [...wanted], request);
    try {
      for await (const file of source.fetch([...wanted], { folder, onBytes, signal: request.signal })) {
        if ((await checkFile(file, folder)) !== 'good')
          throw new Error(`${file.name} has another content than expected`);
        await rename(join(folder, file.name), join(request.directory, file.name));
        wanted.delete(file);
        received += file.bytes;
      }
    } catch (error) {
      request.signal?.throwIfAborted();
      reasons.push(`${source.name}: ${messageOf(error)}`);
    }
    if (wanted.size === 0) return received;
  }
  throw notAvailable(request.directory, reasons);
}

function progressOf(
  source: ModelSource,
  files: readonly ModelFile[],
  { onProgress }: FillRequest,
): (n: number) => void {
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let receivedBytes = 0;
  const tell = (bytes: number): void => {
    receivedBytes += bytes;
    onProgress?.({ source: source.name, receivedBytes, totalBytes });
  };
  tell(0);
  return tell;
}

function notAvailable(directory: string, reasons: readonly string[]): RetriableError {
  return new RetriableError(
    'MODEL_NOT_AVAILABLE',
    `the model is not whole in ${directory} and could not be fetched (${reasons.join('; ')}); ` +
      'run npm run models:pull where there is a network, or copy its files into that folder',
  );
}

function unusable({ directory }: Pick<FillRequest, 'directory'>, error: unknown): never {
  throw new UserError(
    'MODEL_FOLDER_UNUSABLE',
    `the model folder ${directory} cannot be used (${messageOf(error)}); correct its rights, or name another`,
    { cause: error },
  );
}
