import { readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { runCommand } from './command.ts';

const STATE = 0;
const START_TIME = 19;

/**
 * Tells one life of a process number from the next, for numbers are given again: when the process started, in the
 * system's own units. Null where no process has that number, or only the remains of one that has ended.
 */
export function processIdentity(pid: number): Promise<string | null> {
  return platform() === 'linux' ? identityFromProc(pid) : identityFromPs(pid);
}

/** Of Linux: slim containers have no `ps`. Fields of `/proc/<pid>/stat` count from behind the program's name. */
async function identityFromProc(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ended = fields[STATE] === 'Z' || fields[STATE] === 'X';
    return ended ? null : `${boot.trim()} ${fields[START_TIME] ?? ''}`;
  } catch {
    return null; // there is no such process
  }
}

async function identityFromPs(pid: number): Promise<string | null> {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const { code, output } = await runCommand('ps', ['-p', String(pid), '-o', 'stat=', '-o', 'lstart='], { env });
  const [state = '', ...started] = output.trim().split(/\s+/);
  return code !== 0 || state === '' || state.startsWith('Z') ? null : started.join(' ');
}
