import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TopologyStatus } from './status.ts';

/** A running topology, as noted in `.tapline/run/<name>.json`. */
export interface Run {
  readonly topology: string;
  readonly pid: number;
  readonly file: string;
  readonly bootstrap: string;
  /** Base address of its status and metrics server. */
  readonly address: string;
  readonly startedAt: string;
}

/** Notes a run; the note is replaced whole, never half-written. */
export async function writeRun(stateDirectory: string, run: Run): Promise<void> {
  const path = pathOf(stateDirectory, run.topology);
  await mkdir(join(stateDirectory, 'run'), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(run, null, 2)}\n`);
  await rename(temporary, path);
}

/** Removes the note of a run if it is still ours. */
export async function removeRun(stateDirectory: string, topology: string): Promise<void> {
  const run = await readRun(pathOf(stateDirectory, topology));
  if (run?.pid === process.pid) await rm(pathOf(stateDirectory, topology), { force: true });
}

/** Runs that answer; notes of those that were killed are removed. */
export async function findRuns(stateDirectory: string): Promise<readonly Run[]> {
  const names = await readdir(join(stateDirectory, 'run')).catch(() => []);
  const runs = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => checkedRun(join(stateDirectory, 'run', name))),
  );
  return runs.filter((run) => run !== null);
}

/** Status of a run from its own server, or null when it does not answer as that run. */
export async function fetchStatus(run: Run): Promise<TopologyStatus | null> {
  try {
    const response = await fetch(`${run.address}/status`, { signal: AbortSignal.timeout(5000) });
    const status = (await response.json()) as TopologyStatus;
    return status.pid === run.pid && status.topology === run.topology ? status : null;
  } catch {
    return null; // nobody there, or somebody else on that port
  }
}

/** Resolves when the process has gone, false when it has not within `timeoutMs`. */
export async function waitForExit(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

async function checkedRun(path: string): Promise<Run | null> {
  const run = await readRun(path);
  if (run && isAlive(run.pid) && (await fetchStatus(run))) return run;
  if (!run || !isAlive(run.pid)) await rm(path, { force: true });
  return null;
}

async function readRun(path: string): Promise<Run | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Run;
  } catch {
    return null; // absent, or torn by a full disk: either way nobody can be reached through it
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function pathOf(stateDirectory: string, topology: string): string {
  return join(stateDirectory, 'run', `${topology}.json`);
}
