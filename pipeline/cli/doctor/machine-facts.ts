import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from '../../broker/command.ts';
import { missingDocker } from '../../broker/compose-broker.ts';
import { findMaven } from '../../broker/fetch-jars.ts';
import { jarsAtHand } from '../../broker/jars.ts';
import { findJava } from '../../broker/java.ts';
import { cacheDirectory } from '../../cache-directory.ts';
import type { MachineFacts } from './judge-machine.ts';
import type { DiskFact } from './judge-place.ts';

const TIMEOUT_MS = 20_000;
const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'];

/** Looks for the programs that tapline can use. */
export async function machineFacts(env: NodeJS.ProcessEnv): Promise<MachineFacts> {
  const { signal } = new AbortController();
  const [java, jars, maven, docker, ffmpeg, chromium, kcat] = await Promise.all([
    findJava(env),
    jarsAtHand({ env, cacheDirectory: cacheDirectory(env) }),
    findMaven(env),
    missingDocker(env, signal),
    ffmpegVersion(env),
    findProgram(CHROMIUM, env),
    findProgram(['kcat'], env),
  ]);
  return { node: process.versions.node, java, jars, maven, docker, ffmpeg, chromium, kcat };
}

/** Room in a folder, or in the nearest one above it that is there. */
export async function diskFact(directory: string): Promise<DiskFact> {
  for (let folder = directory; ; folder = dirname(folder)) {
    const disk = await statfs(folder).catch(() => null); // not made yet
    if (disk) return { directory, freeBytes: disk.bavail * disk.bsize };
    if (folder === dirname(folder)) return { directory, freeBytes: NaN };
  }
}

async function ffmpegVersion(env: NodeJS.ProcessEnv): Promise<string | null> {
  const { code, output } = await runCommand('ffmpeg', ['-hide_banner', '-version'], { env, timeoutMs: TIMEOUT_MS });
  return code === 0 ? (/^ffmpeg version (\S+)/.exec(output)?.[1] ?? 'found') : null;
}

/** Where the first of some programs is on the PATH. */
async function findProgram(names: readonly string[], env: NodeJS.ProcessEnv): Promise<string | null> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const path of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return null;
}
