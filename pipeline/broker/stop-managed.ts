import { setTimeout as sleep } from 'node:timers/promises';
import type { ManagedNote } from './broker-note.ts';
import { dropArchive, keepArchive } from './class-archive.ts';
import { processIdentity } from './process-identity.ts';

const STOP_DEADLINE_MS = 10_000;
/** The first broker of a cache writes the archive of classes as it ends: 2 s on an idle machine, more on a busy one. */
const ARCHIVE_DEADLINE_MS = 20_000;
const POLL_MS = 50;

type Process = Pick<ManagedNote, 'pid' | 'identity'>;

/** Whether the process that was noted still runs: the same one, not another of its number. */
export async function isThere({ pid, identity }: Process): Promise<boolean> {
  return (await processIdentity(pid)) === identity;
}

/** Ends a managed broker: it closes its logs cleanly, or is ended by force at a deadline. */
export async function stopManagedBroker(note: ManagedNote, stateDirectory: string): Promise<void> {
  const isClean = await endProcess(note, note.archive === null ? STOP_DEADLINE_MS : ARCHIVE_DEADLINE_MS);
  if (isClean && note.archive !== null) await keepArchive(stateDirectory, note.archive);
  else await dropArchive(stateDirectory);
}

/** Asks a process to end, and ends it by force at the deadline: false then. */
export async function endProcess(process: Process, deadlineMs = STOP_DEADLINE_MS): Promise<boolean> {
  if (await endsBy(process, 'SIGTERM', deadlineMs)) return true;
  await endsBy(process, 'SIGKILL', STOP_DEADLINE_MS);
  return false;
}

async function endsBy(target: Process, signal: 'SIGTERM' | 'SIGKILL', deadlineMs: number): Promise<boolean> {
  const deadline = Date.now() + deadlineMs;
  if (!(await isThere(target))) return true;
  process.kill(target.pid, signal);
  while (await isThere(target)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
