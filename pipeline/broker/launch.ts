import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { waitUntilReady } from '../kafka/readiness.ts';
import { localConnection } from './broker.ts';

const READY_DEADLINE_MS = 60_000;

/** How a start that failed ended. */
export interface StartEnd {
  /** `it ended with exit code 1` */
  readonly end: string;
  /** It still ran, but took no records. */
  readonly isLate: boolean;
}

/** A broker process under way. */
export interface Launched {
  /** Undefined where the program could not be started. */
  readonly pid: number | undefined;
  /** Resolves when it has ended. */
  readonly ended: Promise<StartEnd>;
  /** Resolves with null when it takes records, else with how the start ended; rejects with the signal's reason. */
  readonly readyOrEnded: (port: number, signal: AbortSignal) => Promise<StartEnd | null>;
}

/**
 * Starts a program in a session of its own: Ctrl-C in the terminal must not end the broker before the workers have
 * drained, and the broker outlives a supervisor that is killed.
 */
export function launch(
  program: string,
  args: readonly string[],
  { env, logFile }: { readonly env: NodeJS.ProcessEnv; readonly logFile: string },
): Launched {
  const log = openSync(logFile, 'w');
  const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], cwd: dirname(logFile), env });
  closeSync(log);
  child.unref();
  const ended = new Promise<StartEnd>((resolve) => {
    const settle = (end: string): void => resolve({ end, isLate: false });
    child.once('error', (error) => settle(`it could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      settle(`it ended with ${code === null ? String(signal) : `exit code ${code}`}`),
    );
  });
  return { pid: child.pid, ended, readyOrEnded: (port, signal) => readyOrEnded({ port, signal, ended }) };
}

async function readyOrEnded(start: {
  readonly port: number;
  readonly signal: AbortSignal;
  readonly ended: Promise<StartEnd>;
}): Promise<StartEnd | null> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<StartEnd>((resolve) => {
    const end = `it took no record within ${READY_DEADLINE_MS / 1000} s`;
    timer = setTimeout(() => resolve({ end, isLate: true }), READY_DEADLINE_MS);
  });
  const ready = waitUntilReady(localConnection(start.port), AbortSignal.any([start.signal, over.signal]));
  try {
    return await Promise.race([ready.then(() => null), start.ended, late]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
