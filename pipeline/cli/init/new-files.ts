import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError, messageOf } from '../../errors/pipeline-error.ts';

/** Texts by the path of their file inside a folder. */
export type NewFiles = ReadonlyMap<string, string>;

/**
 * Writes files into a folder, all of them or none, and over nothing that is there.
 * @throws UserError PROJECT_FILES_EXIST with all that are there; PROJECT_UNWRITABLE
 */
export async function writeNewFiles(folder: string, files: NewFiles): Promise<void> {
  const existing: string[] = [];
  for (const path of files.keys()) {
    const found = await stat(join(folder, path)).catch(() => null); // absent, as it shall be
    if (found) existing.push(path);
  }
  if (existing.length > 0) {
    const sentence = `${folder} has ${existing.join(', ')} already, and nothing was written; take ${existing.length === 1 ? 'it' : 'them'} away, or choose another folder (--dir) or name`;
    throw new UserError('PROJECT_FILES_EXIST', sentence);
  }
  for (const [path, text] of files) {
    await makeFolder(dirname(join(folder, path)));
    await writeFile(join(folder, path), text, { flag: 'wx' }).catch((cause: unknown) => refuse(folder, cause));
  }
}

/** Makes a folder where there is none. @throws UserError PROJECT_UNWRITABLE */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => refuse(folder, cause));
}

function refuse(folder: string, cause: unknown): never {
  const sentence = `nothing can be written into ${folder}: ${messageOf(cause)}; correct its rights, or choose another (--dir)`;
  throw new UserError('PROJECT_UNWRITABLE', sentence, { cause });
}
