import { resolve } from 'node:path';
import type { ExecOptions } from './options.ts';

/** A program as it is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly shell: boolean;
  /** As people know it. */
  readonly text: string;
}

/** What the options of a stage start. */
export function commandOf(
  { command, shell, cwd = '.', env }: ExecOptions,
  { stage, baseDirectory }: { readonly stage: string; readonly baseDirectory: string },
): Command {
  const words = typeof command === 'string' ? command.trim().split(/\s+/) : command;
  const [file = '', ...args] = shell ? ['/bin/sh', '-c', String(command)] : words;
  const text = typeof command === 'string' ? command : command.join(' ');
  return { file, args, cwd: resolve(baseDirectory, cwd), env: { TAPLINE_STAGE: stage, ...env }, shell, text };
}
