import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compiledEntry } from '../../pipeline/compiled-entry.ts';
import type { TopologyStatus } from '../../pipeline/runtime/status.ts';
import type { Bench } from '../bench/rounds.ts';
import { DEFAULT_TOPOLOGY } from '../bench/place.ts';

const runFile = promisify(execFile);
const command = compiledEntry('../../pipeline/cli/main.ts', import.meta.url);

/** The command as a user runs it, in a folder of its own. */
export interface UpProcess {
  status(): Promise<TopologyStatus>;
  /** Guards a wait that would never end. */
  throwIfEnded(): void;
  /** Ctrl-C, and what follows. */
  stop(): Promise<void>;
}

/** Starts `up` on the default topology; its broker is its own, unless KAFKA_BROKERS names one. */
export async function startUp(
  { directory, cleanup }: Bench,
  { name, set }: { readonly name: string; readonly set: readonly string[] },
): Promise<UpProcess> {
  const cwd = join(directory, name);
  await mkdir(cwd);
  const settings = set.flatMap((setting) => ['--set', setting]);
  const child = spawn(process.execPath, [command, 'up', DEFAULT_TOPOLOGY, '--no-ui', ...settings], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = cleanup.add(() => interrupt(child));
  return {
    status: async () => {
      const { stdout } = await runFile(process.execPath, [command, 'status', '--json'], { cwd });
      return JSON.parse(stdout) as TopologyStatus;
    },
    throwIfEnded: () => {
      if (hasEnded(child)) throw new RangeError('`up` ended by itself; its last words are above');
    },
    stop,
  };
}

async function interrupt(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  await exited;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
