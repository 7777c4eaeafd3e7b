import { createHash } from 'node:crypto';
import { waitUntilReady } from '../kafka/readiness.ts';
import { localConnection } from './broker.ts';
import { writeNote, type ComposeNote } from './broker-note.ts';
import { runCommand, type CommandResult } from './command.ts';
import { composeFile } from './compose-file.ts';
import { freePorts } from './free-port.ts';
import type { Missing } from './java.ts';

const ENGINE_MS = 20_000;
const READY_MS = 60_000;

interface ComposeRequest {
  readonly stateDirectory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly preferredPort: number;
  readonly onProgress: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** Starts the broker of `compose/docker-compose.yml`, one for each folder; or why that is not possible. */
export async function startComposeBroker(request: ComposeRequest): Promise<ComposeNote | Missing> {
  const { stateDirectory, env, preferredPort, onProgress, signal } = request;
  const missing = await missingDocker(env, signal);
  if (missing) return missing;

  const { port } = await freePorts(preferredPort);
  const note: ComposeNote = { kind: 'compose', pid: null, project: projectOf(stateDirectory), port };
  onProgress('starting Apache Kafka with Docker Compose');
  await writeNote(stateDirectory, note);
  try {
    const portSetting = { ...env, TAPLINE_BROKER_PORT: String(port) };
    const up = await compose(note, ['up', '--detach', '--wait'], { env: portSetting, signal });
    if (up.code === 0) {
      await waitUntilReady(localConnection(port), AbortSignal.any([signal, AbortSignal.timeout(READY_MS)]));
      return note;
    }
    signal.throwIfAborted();
    await stopComposeBroker(note, env);
    return { reason: `docker compose failed (${lastLine(up)})` };
  } catch (error) {
    await stopComposeBroker(note, env);
    throw error;
  }
}

/** Why Docker cannot start anything here, or null. */
export async function missingDocker(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Missing | null> {
  const engine = await runCommand('docker', ['info'], { env, signal, timeoutMs: ENGINE_MS });
  signal.throwIfAborted();
  if (engine.code === null) return { reason: 'no Docker on the PATH' };
  return engine.code === 0 ? null : { reason: `Docker does not answer (${lastLine(engine)})` };
}

/** Whether the container of this folder runs: what answers at its port could be another broker. */
export async function isContainerUp(note: ComposeNote, env: NodeJS.ProcessEnv): Promise<boolean> {
  const { code, output } = await compose(note, ['ps', '--quiet', '--status', 'running'], { env });
  return code === 0 && output.trim() !== '';
}

/** Removes the container; its volume, and so the records, stay. */
export async function stopComposeBroker(note: ComposeNote, env: NodeJS.ProcessEnv): Promise<void> {
  await compose(note, ['down'], { env });
}

function compose(
  { project }: ComposeNote,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly signal?: AbortSignal },
): Promise<CommandResult> {
  const file = composeFile('docker-compose.yml');
  return runCommand('docker', ['compose', '--project-name', project, '--file', file, ...args], options);
}

function projectOf(stateDirectory: string): string {
  return `tapline-${createHash('sha256').update(stateDirectory).digest('hex').slice(0, 8)}`;
}

function lastLine({ output }: CommandResult): string {
  return output.trim().split('\n').at(-1) ?? '';
}
