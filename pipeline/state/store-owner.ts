import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { platform } from 'node:os';

const STATE = 0;
const START_TIME = 19;

/** A process, told from others that were given the same number later. */
export interface StoreOwner {
  readonly pid: number;
  /** When it started, in the system's own units; null where the system does not tell. */
  readonly started: string | null;
}

/** This process. */
export function thisProcess(): StoreOwner {
  return { pid: process.pid, started: startOf(process.pid) };
}

/** Whether the process still runs; in doubt it does. */
export function isRunning({ pid, started }: StoreOwner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return started === null || startOf(pid) === started;
}

function startOf(pid: number): string | null {
  try {
    return platform() === 'linux' ? startFromProc(pid) : startFromPs(pid);
  } catch {
    return null; // it has ended, or there is no ps
  }
}

/** Fields of `/proc/<pid>/stat` count from behind the program's name. */
function startFromProc(pid: number): string | null {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[STATE] === 'Z' || fields[STATE] === 'X' ? null : (fields[START_TIME] ?? null);
}

function startFromPs(pid: number): string | null {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const started = execFileSync('ps', ['-p', String(pid), '-o', 'lstart='], { env, encoding: 'utf8' }).trim();
  return started === '' ? null : started;
}
