import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { brokerDirectory } from './broker-note.ts';
import type { Java } from './java.ts';

/**
 * An archive of loaded classes halves the start of the broker. The first broker writes it when it ends, into its own
 * folder; whoever ends it moves it into the cache. Java passes over one that does not fit its version or the jars.
 */
export interface ClassArchive {
  readonly path: string;
  readonly exists: boolean;
}

const SILENT = ['-Xshare:auto', '-Xlog:cds=off', '-Xlog:cds+dynamic=off'];

export function classArchive(cacheDirectory: string, java: Java, jarDirectory: string): ClassArchive {
  const jars = createHash('sha256').update(jarDirectory).digest('hex').slice(0, 12);
  const path = join(cacheDirectory, `classes-${jars}-${java.version.replaceAll(/[^\w.-]/g, '-')}.jsa`);
  return { path, exists: existsSync(path) };
}

/** Options of a Java that uses the archive. */
export function useArchive({ path, exists }: ClassArchive): string[] {
  return exists ? [...SILENT, `-XX:SharedArchiveFile=${path}`] : [];
}

/** Options of a Java that writes the archive when it ends. */
export async function writeArchive(stateDirectory: string): Promise<string[]> {
  await rm(freshArchive(stateDirectory), { force: true });
  return [...SILENT, `-XX:ArchiveClassesAtExit=${freshArchive(stateDirectory)}`];
}

/** Moves what a broker wrote at its end into the cache, whole or not at all. */
export async function keepArchive(stateDirectory: string, path: string): Promise<void> {
  const fresh = freshArchive(stateDirectory);
  if (!existsSync(fresh)) return;
  try {
    await copyFile(fresh, `${path}.${process.pid}.tmp`); // the cache may be on another disk
    await rename(`${path}.${process.pid}.tmp`, path);
  } catch {
    await rm(`${path}.${process.pid}.tmp`, { force: true }); // a full or read-only cache: the next start is merely slower
  }
  await rm(fresh, { force: true });
}

/** Removes what a broker may have written half. */
export async function dropArchive(stateDirectory: string): Promise<void> {
  await rm(freshArchive(stateDirectory), { force: true });
}

function freshArchive(stateDirectory: string): string {
  return join(brokerDirectory(stateDirectory), 'classes.jsa');
}
