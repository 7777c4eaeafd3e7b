import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brokerDirectory } from './broker-note.ts';

const POLL_MS = 100;

/** Runs `work` while no other process starts or stops the broker of this folder; the lock of a dead process is ignored. */
export async function withStartLock<T>(stateDirectory: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const path = join(brokerDirectory(stateDirectory), 'start.lock');
  await mkdir(brokerDirectory(stateDirectory), { recursive: true });
  let told = false;
  while (!(await tryLock(path))) {
    if (!told) onWait();
    told = true;
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const owner = Number(await readFile(path, 'utf8').catch(() => '0'));
    if (owner > 0 && !isAlive(owner)) await rm(path, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
