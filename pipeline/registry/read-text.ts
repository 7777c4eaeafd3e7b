import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { UserError, messageOf } from '../errors/pipeline-error.ts';
import { nearest } from '../topology/suggest.ts';

const MAX_BYTES = 1024 * 1024;

/**
 * The text of a topology file.
 * @throws UserError TOPOLOGY_UNREADABLE (absent, a folder, no permission, not UTF-8) or TOPOLOGY_TOO_LARGE.
 */
export async function readTopologyText(file: string): Promise<string> {
  try {
    const found = await stat(file);
    if (found.isDirectory())
      throw unreadable(`${file} is a folder; name the file in it, such as ${file}/topology.yaml`);
    if (found.size > MAX_BYTES) {
      const megabytes = (found.size / MAX_BYTES).toFixed(1);
      throw new UserError('TOPOLOGY_TOO_LARGE', `${file} has ${megabytes} MB, and 1 MB is the most; is it a topology?`);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(await sentenceFor(error, file));
  }
}

async function sentenceFor(error: unknown, file: string): Promise<string> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return `there is no file ${file}; ${await mendForAbsent(file)}`;
  if (code === 'EACCES') return `${file} may not be read by this user; change its permissions`;
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return `${file} is not UTF-8 text; save it as UTF-8`;
  return `${file} cannot be read: ${messageOf(error)}`;
}

async function mendForAbsent(file: string): Promise<string> {
  const folder = dirname(resolve(file));
  const names = await readdir(folder).catch(() => null); // the folder may be what is missing
  if (names === null) return `the folder ${folder} does not exist either`;
  const similar = nearest(
    basename(file),
    names.filter((name) => /\.ya?ml$/.test(name)),
  );
  return similar === undefined ? `the folder is ${folder}` : `did you mean "${similar}"?`;
}

function unreadable(message: string): UserError {
  return new UserError('TOPOLOGY_UNREADABLE', message);
}
