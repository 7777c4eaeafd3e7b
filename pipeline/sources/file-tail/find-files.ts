import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** `app.log.1`, `app.log-20260101`, `app.log.2026-01-01T10`: what a rotated `app.log` is called, unless it is compressed. */
const ROTATED_SUFFIX = /^[.-]\d[\d.:_T-]*$/;

export interface FoundFile {
  readonly path: string;
  readonly inode: string;
  readonly modifiedMs: number;
}

/** The files of a path or a pattern, each once, by name. */
export async function findFiles(pattern: string, baseDirectory: string): Promise<readonly FoundFile[]> {
  const literal = await foundAt(resolve(baseDirectory, pattern));
  if (literal) return [literal];
  const { glob, isDynamicPattern } = await import('tinyglobby');
  if (!isDynamicPattern(pattern)) return [];
  const paths = await glob(pattern, { cwd: baseDirectory, absolute: true, dot: true, expandDirectories: false });
  return foundAtAll(paths.sort());
}

/** All files beside one. */
export async function filesBeside(path: string): Promise<readonly FoundFile[]> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []); // gone, or closed to us: nothing can be found there
  return foundAtAll(names.map((name) => join(folder, name)));
}

/** Whether one file may be what became of another one by rotation. */
export function isRotated(path: string, original: string): boolean {
  const [name, before] = [basename(path), basename(original)];
  return name.startsWith(before) && ROTATED_SUFFIX.test(name.slice(before.length));
}

/** Which file is at a path now; null where there is none. */
export async function inodeAt(path: string): Promise<string | null> {
  return (await foundAt(path))?.inode ?? null;
}

async function foundAtAll(paths: readonly string[]): Promise<readonly FoundFile[]> {
  const found = (await Promise.all(paths.map(foundAt))).flatMap((file) => file ?? []);
  return [...new Map(found.toReversed().map((file) => [file.inode, file])).values()].toReversed();
}

async function foundAt(path: string): Promise<FoundFile | null> {
  const stats = await stat(path, { bigint: true }).catch(() => null); // absent, or gone meanwhile
  if (!stats?.isFile()) return null;
  return { path, inode: String(stats.ino), modifiedMs: Number(stats.mtimeMs) };
}
