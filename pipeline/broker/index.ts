import { mkdir } from 'node:fs/promises';
import { UserError } from '../errors/pipeline-error.ts';
import { cacheDirectory as userCache } from '../cache-directory.ts';
import { connectionFromEnvironment } from '../kafka/connection-from-env.ts';
import { answers } from '../kafka/readiness.ts';
import type { Connection } from '../ports/admin.ts';
import { localConnection, type Broker, type BrokerRequest } from './broker.ts';
import { readNote, removeNote, type BrokerNote } from './broker-note.ts';
import { startComposeBroker, stopComposeBroker } from './compose-broker.ts';
import { findJars } from './jars.ts';
import { findJava } from './java.ts';
import { startManagedBroker, stopManagedBroker } from './managed-broker.ts';
import { withStartLock } from './start-lock.ts';

export type { Broker, BrokerRequest } from './broker.ts';

const PREFERRED_PORT = 9092;
const ANSWER_MS = 5_000;

/**
 * Finds or starts a broker: KAFKA_BROKERS; one of ours that already runs for this folder; a managed local Apache Kafka;
 * Docker Compose.
 * @throws UserError BROKER_NOT_AVAILABLE naming the ways out and why each is closed here.
 */
export async function acquireBroker(request: BrokerRequest): Promise<Broker> {
  const { env = process.env, stateDirectory, onProgress } = request;
  const external = connectionFromEnvironment(env);
  if (external) return externalBroker(external);
  const onWait = (): void => onProgress('another tapline is starting the broker; waiting for it');
  return withStartLock(stateDirectory, onWait, async () => {
    const running = await findRunningBroker(stateDirectory, env);
    if (running) return running;
    const note = await startOne(request, env);
    return brokerOf(note, { stateDirectory, env, startedByUs: true });
  });
}

/** The broker that runs for this folder and answers, or null. */
export async function findRunningBroker(
  stateDirectory: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Broker | null> {
  const note = await readNote(stateDirectory);
  if (!note || !(await answers(localConnection(note.port), ANSWER_MS))) return null;
  return brokerOf(note, { stateDirectory, env, startedByUs: false });
}

/** Stops the broker that tapline runs for this folder; false where there is none. */
export async function stopBroker(stateDirectory: string, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const note = await readNote(stateDirectory);
  if (!note) return false;
  await stopNoted(note, stateDirectory, env);
  return true;
}

async function startOne(request: BrokerRequest, env: NodeJS.ProcessEnv): Promise<BrokerNote> {
  const { stateDirectory, onProgress, signal = new AbortController().signal, preferredPort = PREFERRED_PORT } = request;
  const cacheDirectory = request.cacheDirectory ?? userCache(env);
  await mkdir(cacheDirectory, { recursive: true });
  const java = await findJava(env);
  const jars = 'reason' in java ? java : await findJars({ cacheDirectory, env, onProgress, signal });
  if (!('reason' in java) && 'directory' in jars) {
    onProgress('starting Apache Kafka');
    return startManagedBroker({ stateDirectory, cacheDirectory, java, jarDirectory: jars.directory, preferredPort });
  }
  const managed = 'reason' in jars ? jars.reason : '';
  const composed = await startComposeBroker(stateDirectory, { env, preferredPort, onProgress });
  if (!('reason' in composed)) return composed;
  throw new UserError(
    'BROKER_NOT_AVAILABLE',
    `no Kafka broker: KAFKA_BROKERS is not set; ${managed}; ${composed.reason}. ` +
      'Name a broker in KAFKA_BROKERS, or install Java 17 and Maven, or start Docker',
  );
}

function brokerOf(
  note: BrokerNote,
  { stateDirectory, env, startedByUs }: { stateDirectory: string; env: NodeJS.ProcessEnv; startedByUs: boolean },
): Broker {
  const bootstrap = `127.0.0.1:${note.port}`;
  const how = note.kind === 'managed' ? 'Apache Kafka 4.1, run by tapline' : 'Apache Kafka 4.1, run by Docker Compose';
  return {
    bootstrap,
    kind: startedByUs ? note.kind : 'running',
    startedByUs,
    connection: localConnection(note.port),
    describe: () => `broker ${bootstrap} (${how}${startedByUs ? '' : ', already running'})`,
    stop: () => stopNoted(note, stateDirectory, env),
  };
}

async function stopNoted({ kind, pid }: BrokerNote, stateDirectory: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (kind === 'compose') await stopComposeBroker(env);
  else if (pid !== null) await stopManagedBroker(pid, stateDirectory, userCache(env));
  await removeNote(stateDirectory);
}

async function externalBroker(connection: Connection): Promise<Broker> {
  const bootstrap = connection.bootstrap.join(',');
  if (!(await answers(connection, ANSWER_MS).catch(() => false))) {
    throw new UserError(
      'KAFKA_UNREACHABLE',
      `no broker answers at KAFKA_BROKERS=${bootstrap} within ${ANSWER_MS / 1000} s; check the address, or unset it to use a local broker`,
    );
  }
  return {
    bootstrap,
    kind: 'external',
    startedByUs: false,
    connection,
    describe: () => `broker ${bootstrap} (from KAFKA_BROKERS)`,
    stop: async () => undefined,
  };
}
