import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFile } from './model-source.ts';

/** Whether a folder holds exactly the wanted file. */
export async function checkFile(file: ModelFile, folder: string): Promise<'good' | 'absent' | 'damaged'> {
  const content = await readIfPresent(join(folder, file.name));
  if (content === undefined) return 'absent';
  return createHash('sha256').update(content).digest('hex') === file.sha256 ? 'good' : 'damaged';
}

async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
