import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { nearest } from '../topology/suggest.ts';
import { isModulePath, type DefinitionKind } from '../topology/registry.ts';

const EXTENSIONS = ['.ts', '.js', '.mjs'] as const;
const FOLDERS: Readonly<Record<DefinitionKind, string>> = {
  processor: 'processors',
  source: 'sources',
  sink: 'sinks',
};

/**
 * Absolute path of the module a word of the topology names: a path relative to the topology file, or for a bare name
 * `processors/<name>.ts` (`.js`, `.mjs`, `/index.*`) beside it. Null where there is no such file.
 */
export async function findModule(
  kind: DefinitionKind,
  reference: string,
  baseDirectory: string,
): Promise<string | null> {
  if (isModulePath(reference)) return await firstFile(candidates(resolve(baseDirectory, reference)));
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(reference)) return null;
  return await firstFile(candidates(join(baseDirectory, FOLDERS[kind], reference)).slice(1));
}

/** The file in the same folder whose name is most like the one that does not exist. */
export async function similarFile(path: string): Promise<string | undefined> {
  const names = await readdir(dirname(path)).catch(() => []); // no such folder: nothing is similar
  return nearest(basename(path), names);
}

function candidates(path: string): readonly string[] {
  return [
    path,
    ...EXTENSIONS.map((extension) => `${path}${extension}`),
    ...EXTENSIONS.map((extension) => join(path, `index${extension}`)),
  ];
}

async function firstFile(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const found = await stat(path).catch(() => null); // absent or unreachable: try the next
    if (found?.isFile()) return path;
  }
  return null;
}
