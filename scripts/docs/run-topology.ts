import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const main = resolve(import.meta.dirname, '../../pipeline/cli/main.js');

/** A topology that runs until it is stopped. */
export interface RunningTopology {
  /** Of the page of the tap that was asked for. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts a topology in a folder of its own, so that it takes the place of none that runs. @throws Error with all it said */
export async function runTopology(request: {
  readonly topology: string;
  readonly tap: string;
  readonly set: readonly string[];
}): Promise<RunningTopology> {
  const { topology, tap, set } = request;
  const directory = await mkdtemp(join(tmpdir(), 'tapline-pictures-'));
  const settings = [`taps.${tap}.with.port=0`, ...set].flatMap((one) => ['--set', one]);
  const child = spawn(process.execPath, [main, 'up', resolve(topology), '--no-ui', ...settings], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGINT');
    await closed;
    await rm(directory, { recursive: true, force: true });
  };
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (!line.startsWith(`${tap} http`)) continue;
    child.stdout.resume();
    return { address: line.slice(tap.length + 1), stop };
  }
  await stop();
  throw new Error(`${topology} ended before tap ${tap} had an address:\n${said.join('\n')}`);
}
