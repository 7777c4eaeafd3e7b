import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/** Resolves when a process is gone. @throws when it is still there at the deadline. */
export async function endedBy(pid: number, deadlineMs: number): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (isThere(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} is still there after ${deadlineMs} ms`);
    await sleep(POLL_MS);
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
