import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { stopSignal } from './stop-signal.ts';
import { complain, paint } from './terminal.ts';

/** Changes within this time are one. */
const TOGETHER_MS = 100;
const WATCHED = /\.(ya?ml|[cm]?[jt]s|json)$/;
const IGNORED = /(^|\/)(node_modules|dist|\.[^/]+)(\/|$)/;

/** A command line that is run again and again. */
export interface Rerun {
  /** The program and its arguments. */
  readonly args: readonly string[];
  /** What it waits for, for people. */
  readonly what: string;
  /** What each run gets on standard input; that of this process when left out. */
  readonly input?: string;
}

/** Runs a command again, in a process of its own, whenever a file below the current folder changes; until Ctrl-C. */
export async function rerunOnChange({ args, what, input }: Rerun): Promise<void> {
  const stop = stopSignal();
  let changed = changes();
  const watcher = watch('.', { recursive: true }, (_, path) => {
    if (path !== null && WATCHED.test(path) && !IGNORED.test(path)) changed.happen();
  });
  const ended = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()));
  while (!isAborted(stop)) {
    changed = changes();
    await run(args, stop, input);
    if (!isAborted(stop)) complain(paint('dim', `waiting for a change of ${what}; Ctrl-C ends`));
    await Promise.race([changed.over, ended]);
  }
  watcher.close();
}

/** A fresh process: modules are loaded anew. */
async function run(args: readonly string[], stop: AbortSignal, input: string | undefined): Promise<void> {
  const child = spawn(process.execPath, args, {
    stdio: [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'],
  });
  child.stdin?.on('error', () => undefined); // it ended before it had read all of it
  child.stdin?.end(input);
  const end = (): void => void child.kill('SIGINT');
  stop.addEventListener('abort', end);
  await new Promise((resolve) => child.once('close', resolve));
  stop.removeEventListener('abort', end);
}

/** It may have changed while somebody waited. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

interface Changes {
  readonly happen: () => void;
  /** Resolves a moment after the last one. */
  readonly over: Promise<void>;
}

function changes(): Changes {
  let last: () => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (last = resolve));
  const happen = (): void => {
    clearTimeout(timer);
    timer = setTimeout(last, TOGETHER_MS);
  };
  return { happen, over };
}
