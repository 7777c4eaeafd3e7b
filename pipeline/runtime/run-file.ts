import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { processIdentity } from '../broker/process-identity.ts';
import { isThere } from '../broker/stop-managed.ts';
import type { TopologyStatus } from './status.ts';

const runNote = z.object({
  topology: z.string(),
  /** It is `starting` until its topics are there and its status server listens. */
  state: z.enum(['starting', 'running']),
  pid: z.int().positive(),
  /** What {@link processIdentity} said of it: another process may get the number later. */
  identity: z.string(),
  file: z.string(),
  /** Base address of its status and metrics server; empty while it is starting. */
  address: z.string(),
  startedAt: z.string(),
  /** What its server wants to know before it changes anything. */
  token: z.string().default(''),
  /** What the command line changed in the file. */
  overrides: z
    .object({
      overlays: z.array(z.string()).default([]),
      set: z.array(z.string()),
      source: z.string().nullable(),
    })
    .default({ overlays: [], set: [], source: null }),
});

/**
 * A run of a topology, as noted in `.tapline/run/<topology>.<pid>.json`: a topology has two while one replaces the
 * other.
 */
export type Run = Readonly<z.infer<typeof runNote>>;

const POLL_MS = 50;

/** The run that this process begins. */
export async function startingRun(
  { name, file }: { readonly name: string; readonly file: string },
  overrides: Run['overrides'],
): Promise<Run> {
  const identity = (await processIdentity(process.pid)) ?? '';
  const startedAt = new Date().toISOString();
  const token = randomUUID();
  return {
    topology: name,
    state: 'starting',
    pid: process.pid,
    identity,
    file,
    address: '',
    startedAt,
    token,
    overrides,
  };
}

/** Notes a run for its user alone; the note is replaced whole, never half-written. */
export async function writeRun(stateDirectory: string, run: Run): Promise<void> {
  const path = pathOf(stateDirectory, run);
  await mkdir(join(stateDirectory, 'run'), { recursive: true });
  await writeFile(`${path}.tmp`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}

export async function removeRun(stateDirectory: string, run: Run): Promise<void> {
  await rm(pathOf(stateDirectory, run), { force: true });
}

/** Runs whose process is there, be it that they answer or not; notes of those that were killed are removed. */
export async function findRuns(stateDirectory: string): Promise<readonly Run[]> {
  const names = await readdir(join(stateDirectory, 'run')).catch(() => []);
  const runs = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => checkedRun(join(stateDirectory, 'run', name))),
  );
  return runs.filter((run) => run !== null);
}

/** Status of a run from its own server, or null when it does not answer as that run. */
export async function fetchStatus(run: Run): Promise<TopologyStatus | null> {
  if (run.state === 'starting') return null;
  try {
    const response = await fetch(`${run.address}/status`, { signal: AbortSignal.timeout(5000) });
    const status = (await response.json()) as TopologyStatus;
    return status.pid === run.pid && status.topology === run.topology ? status : null;
  } catch {
    return null; // nobody there, or somebody else on that port
  }
}

/** Asks the process of a run to end and waits for it: false when it is still there after `timeoutMs`. */
export async function endRun(run: Run, signal: NodeJS.Signals, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  if ((await isThere(run)) && !send(run, signal)) return false;
  while (await isThere(run)) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}

/** False where the process is somebody else's. */
function send({ pid }: Run, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return true; // it has just ended
    if (code === 'EPERM') return false;
    throw error;
  }
}

async function checkedRun(path: string): Promise<Run | null> {
  const run = await readRun(path);
  if (run && (await isThere(run))) return run;
  await rm(path, { force: true });
  return null;
}

async function readRun(path: string): Promise<Run | null> {
  try {
    return runNote.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null; // absent, torn by a full disk, or of another version: nobody can be reached through it
  }
}

function pathOf(stateDirectory: string, { topology, pid }: Run): string {
  return join(stateDirectory, 'run', `${topology}.${pid}.json`);
}
