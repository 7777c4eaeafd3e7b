import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
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
  const content = JSON.stringify({ pid: process.pid, identity: await processIdentity(process.pid) });
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

/** Removes the lock of a process that has ended. One at a time looks and removes, or it could be a new holder's. */
async function takeAway(path: string): Promise<boolean> {
  const guard = `${path}.guard`;
  if (!(await isStale(path))) return false;
  if (!(await tryCreate(guard, ''))) {
    if (await isOld(guard)) await rm(guard, { force: true });
    return false;
  }
  try {
    const stale = await isStale(path);
    if (stale) await rm(path, { force: true });
    return stale;
  } finally {
    await rm(guard, { force: true });
  }
}

async function isStale(path: string): Promise<boolean> {
  const content = await readFile(path, 'utf8').catch(() => null);
  if (content === null) return false; // just released
  try {
    const { pid, identity } = JSON.parse(content) as { pid: number; identity: string | null };
    return (await processIdentity(pid)) !== identity;
  } catch {
    return isOld(path);
  }
}

async function isOld(path: string): Promise<boolean> {
  const written = await stat(path).catch(() => null);
  return written !== null && Date.now() - written.mtimeMs > WRITTEN_WITHIN_MS;
}
