import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../../cache-directory.ts';

/** A small secret of this user that outlives runs, so that a browser that has accepted it once need not do so again. */
export interface KeptFile {
  /** Null where there is none. */
  read(): Promise<string | null>;
  /** Keeps it, and returns what is kept: what another process has kept in the meantime goes first. */
  keep(text: string): Promise<string>;
  /** Puts it in the place of what is there. */
  replace(text: string): Promise<void>;
}

/** `<cache>/browser-camera/<name>`, readable by its owner alone. */
export function keptFile(name: string): KeptFile {
  const folder = join(cacheDirectory(), 'browser-camera');
  const path = join(folder, name);
  const read = (): Promise<string | null> => readFile(path, 'utf8').catch(nullIfMissing);
  const write = async (text: string, put: (from: string, to: string) => Promise<void>): Promise<void> => {
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      await writeFile(draft, text, { mode: 0o600 });
      await put(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
  };
  return {
    read,
    keep: async (text) => {
      await write(text, (from, to) => link(from, to).catch(ignoreIfThere));
      return (await read()) ?? text;
    },
    replace: (text) => write(text, rename),
  };
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

function ignoreIfThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
