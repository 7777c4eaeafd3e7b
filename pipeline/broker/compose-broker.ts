import { fileURLToPath } from 'node:url';
import { waitUntilReady } from '../kafka/readiness.ts';
import { localConnection } from './broker.ts';
import { writeNote, type BrokerNote } from './broker-note.ts';
import { runCommand } from './command.ts';
import { freePort } from './free-port.ts';

const COMPOSE_FILE = fileURLToPath(
  new URL(
    import.meta.url.includes('/dist/pipeline/')
      ? '../../../compose/docker-compose.yml'
      : '../../compose/docker-compose.yml',
    import.meta.url,
  ),
);

/** Starts the broker of `compose/docker-compose.yml`; or why that is not possible. */
export async function startComposeBroker(
  stateDirectory: string,
  {
    env,
    preferredPort,
    onProgress,
  }: { env: NodeJS.ProcessEnv; preferredPort: number; onProgress: (sentence: string) => void },
): Promise<BrokerNote | { readonly reason: string }> {
  const { code: engine } = await runCommand('docker', ['info'], { env, timeoutMs: 20_000 });
  if (engine !== 0) return { reason: 'no Docker engine that answers' };
  const port = await freePort(preferredPort);
  onProgress('starting Apache Kafka with Docker Compose');
  const up = await compose(['up', '--detach', '--wait'], { ...env, TAPLINE_BROKER_PORT: String(port) });
  if (up.code !== 0) return { reason: `docker compose failed: ${up.output.trim().slice(-300)}` };
  await waitUntilReady(localConnection(port));
  const note: BrokerNote = { kind: 'compose', pid: null, port };
  await writeNote(stateDirectory, note);
  return note;
}

export async function stopComposeBroker(env: NodeJS.ProcessEnv): Promise<void> {
  await compose(['down'], env);
}

function compose(args: readonly string[], env: NodeJS.ProcessEnv): ReturnType<typeof runCommand> {
  return runCommand('docker', ['compose', '-f', COMPOSE_FILE, ...args], { env });
}
