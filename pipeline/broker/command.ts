import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a program said and how it ended; `code` is null where it could not be started or was stopped. */
export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
}

interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Sees every line of both streams as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program without a shell and collects what it says on both streams. Resolves when it has ended. */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { timeoutMs, onLine, ...rest } = options;
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, {
      ...rest,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      if (onLine) createInterface({ input: stream }).on('line', onLine);
    }
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, output: error.message }); // else its end is still to come
    });
    child.once('close', (code) => resolve({ code, output }));
  });
}
