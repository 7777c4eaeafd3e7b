import { setTimeout as sleep } from 'node:timers/promises';
import type { ManagedNote } from './broker-note.ts';
import { dropArchive, keepArchive } from './class-archive.ts';
import { processIdentity } from './process-identity.ts';

const STOP_DEADLINE_MS = 10_000;
/** The first broker of a cache writes the archive of classes as it ends: 2 s on an idle machine, more on a busy one. */
const ARCHIVE_DEADLINE_MS = 20_000;
const POLL_MS = 50;

/** Whether the process that was noted still runs: the same one, not another of its number. */
export async function isThere({ pid, identity }: ManagedNote): Promise<boolean> {
  return (await processIdentity(pid)) === identity;
}

/** Ends a managed broker: it closes its logs cleanly, or is ended by force at a deadline. */
export async function stopManagedBroker(note: ManagedNote, stateDirectory: string): Promise<void> {
  const deadlineMs = note.archive === null ? STOP_DEADLINE_MS : ARCHIVE_DEADLINE_MS;
  const isClean = await end(note, 'SIGTERM', deadlineMs);
  if (!isClean) await end(note, 'SIGKILL', STOP_DEADLINE_MS);
  if (isClean && note.archive !== null) await keepArchive(stateDirectory, note.archive);
  else await dropArchive(stateDirectory);
}

/** Sends the signal and waits; false where the process is still there at the deadline. */
async function end(note: ManagedNote, signal: 'SIGTERM' | 'SIGKILL', deadlineMs: number): Promise<boolean> {
  const deadline = Date.now() + deadlineMs;
  if (!(await isThere(note))) return true;
  process.kill(note.pid, signal);
  while (await isThere(note)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
