import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const PREFIX = '.fetching-';

/** A folder of a killed download is not touched for so long that it is nobody's. */
const ABANDONED_AFTER_MS = 60 * 60_000;

/**
 * Makes a folder of one's own inside `directory`, on the same disk, so that files can be renamed into place; removes
 * those that killed processes left. The caller removes it.
 */
export async function makeWorkFolder(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const own = await mkdtemp(join(directory, PREFIX));
  const { mtimeMs: now } = await stat(own);
  for (const name of await readdir(directory)) {
    if (name.startsWith(PREFIX)) await removeIfAbandoned(join(directory, name), now);
  }
  return own;
}

async function removeIfAbandoned(folder: string, now: number): Promise<void> {
  const touched = await stat(folder).then(
    ({ mtimeMs }) => mtimeMs,
    () => now, // its owner has just removed it
  );
  if (now - touched > ABANDONED_AFTER_MS) await rm(folder, { recursive: true, force: true });
}
