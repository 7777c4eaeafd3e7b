import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brokerDirectory } from './broker-note.ts';
import { processIdentity } from './process-identity.ts';

const POLL_MS = 50;
/** A lock file is empty for an instant; one that stays so was left by a process that was killed just then. */
const WRITTEN_WITHIN_MS = 2_000;

interface LockOptions {
  /** Called once when another process holds the lock. */
  readonly onWait?: () => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs `work` while no other process starts or stops the broker of this folder. The lock of a process that has ended
 * is taken over. Rejects with the signal's reason when that aborts before the lock is had.
 */
export async function withStartLock<T>(
  stateDirectory: string,
  work: () => Promise<T>,
  { onWait, signal }: LockOptions = {},
): Promise<T> {
  await mkdir(brokerDirectory(stateDirectory), { recursive: true });
  const path = join(brokerDirectory(stateDirectory), 'start.lock');
  const content = JSON.stringify({ pid: process.pid, identity: await processIdentity(process.pid), id: randomUUID() });
  let waits = false;
  while (!(await tryCreate(path, content))) {
    signal?.throwIfAborted();
    if (await takeAway(path)) continue;
    if (!waits) onWait?.();
    waits = true;
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function tryCreate(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of a process that has ended. Renaming lets one of several do it, and shows what was really taken. */
async function takeAway(path: string): Promise<boolean> {
  const seen = await readFile(path, 'utf8').catch(() => null); // null: just released
  if (seen === null) return true;
  if (!(await isStale(path, seen))) return false;
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return true; // another one was first
  }
  const taken = await readFile(aside, 'utf8');
  if (taken !== seen) await copyFile(aside, path, constants.COPYFILE_EXCL); // a new holder's, taken by mistake
  await rm(aside, { force: true });
  return true;
}

async function isStale(path: string, content: string): Promise<boolean> {
  try {
    const { pid, identity } = JSON.parse(content) as { pid: number; identity: string | null };
    return (await processIdentity(pid)) !== identity;
  } catch {
    const written = await stat(path).catch(() => null);
    return written !== null && Date.now() - written.mtimeMs > WRITTEN_WITHIN_MS;
  }
}
