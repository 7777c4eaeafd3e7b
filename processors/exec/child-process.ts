import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { statSync } from 'node:fs';
import { messageOf } from '../../pipeline/index.ts';
import type { Command } from './command.ts';

/** How a process has ended, in words. */
export interface ProcessEnd {
  readonly how: string;
  readonly code: number | null;
}

const living = new Set<ChildProcessWithoutNullStreams>();

process.on('exit', () => {
  for (const child of living) signal(child, 'SIGKILL');
});

/**
 * Starts a program in a process group of its own, so that what it starts itself ends with it. It ends with this process,
 * too, unless that is killed: then its stdin ends.
 * @throws Error that says why it cannot be started
 */
export async function startProcess(command: Command): Promise<ChildProcessWithoutNullStreams> {
  const { file, args, cwd, env } = command;
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, detached: true });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(reasonOf(error, command), { cause: error })));
  });
  living.add(child);
  child.once('exit', () => {
    signal(child, 'SIGKILL'); // what it has started and left behind
    living.delete(child);
  });
  child.on('error', () => undefined); // a signal that could not be sent: it is gone
  child.stdin.on('error', () => undefined); // a broken pipe: its end is told by 'close'
  return child;
}

/** Sends a signal to a program and all that it has started. */
export function signal({ pid }: ChildProcessWithoutNullStreams, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // gone already
  }
}

export function endOf(code: number | null, name: NodeJS.Signals | null): ProcessEnd {
  return { how: name === null ? `exit code ${code ?? 'unknown'}` : `killed by ${name}`, code };
}

function reasonOf(error: NodeJS.ErrnoException, { file, cwd }: Command): string {
  if (!(statSync(cwd, { throwIfNoEntry: false })?.isDirectory() ?? false))
    return `there is no folder ${cwd}; correct cwd`;
  if (error.code === 'ENOENT')
    return file.includes('/')
      ? `there is no file ${file} (seen from ${cwd}), or the interpreter its first line names is missing; correct command`
      : `there is no program ${file} in PATH; install it, or correct command`;
  if (error.code === 'EACCES') return `${file} may not be executed; chmod +x it, or name its interpreter in command`;
  return `${messageOf(error)}; correct command`;
}
