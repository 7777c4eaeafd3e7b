import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { packageFolder } from '../package-folder.ts';
import { version } from '../version.ts';

/** What npm notes about all it has installed in a folder. */
const installedSchema = z.object({
  packages: z.record(z.string(), z.looseObject({ resolved: z.string().optional() })),
});

/**
 * What a project in `folder` has to depend on to get this tapline: its version where it came from a registry, else a
 * `file:` path to the tarball, or to the folder, that it came from.
 */
export async function taplineDependency(folder: string, installed = packageFolder): Promise<string> {
  const modules = dirname(resolve(installed));
  if (basename(modules) !== 'node_modules') return fileDependency(folder, installed);
  const resolved = await resolvedIn(modules);
  if (resolved?.startsWith('file:')) return fileDependency(folder, resolve(modules, '..', resolved.slice(5)));
  return `^${version()}`;
}

async function resolvedIn(modules: string): Promise<string | undefined> {
  const text = await readFile(join(modules, '.package-lock.json'), 'utf8').catch(() => null); // not npm's work
  const lock = text === null ? null : installedSchema.safeParse(JSON.parse(text));
  return lock?.data?.packages['node_modules/tapline']?.resolved;
}

/** Relative, so that both may move together. */
async function fileDependency(folder: string, target: string): Promise<string> {
  const path = relative(await realpath(folder), await realpath(target));
  return `file:${path.split(sep).join('/')}`;
}
