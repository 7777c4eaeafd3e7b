import { mkdir } from 'node:fs/promises';
import { cacheDirectory as userCache } from '../cache-directory.ts';
import { FatalError, UserError } from '../errors/pipeline-error.ts';
import { connectionFromEnvironment } from '../kafka/connection-from-env.ts';
import { answers } from '../kafka/readiness.ts';
import type { Connection } from '../ports/admin.ts';
import { localConnection, type Broker, type BrokerRequest } from './broker.ts';
import { readNote, removeNote, type BrokerNote } from './broker-note.ts';
import { isContainerUp, startComposeBroker, stopComposeBroker } from './compose-broker.ts';
import { externalBroker } from './external-broker.ts';
import { findJars, type Jars } from './jars.ts';
import { findJava, type Java, type Missing } from './java.ts';
import { keepRunning } from './keep-running.ts';
import { startManagedBroker } from './managed-broker.ts';
import { withStartLock } from './start-lock.ts';
import { isThere, stopManagedBroker } from './stop-managed.ts';
import { endStrayBroker, findStrayBroker } from './stray-broker.ts';

export type { Broker, BrokerRequest } from './broker.ts';

const PREFERRED_PORT = 9092;
const ANSWER_MS = 5_000;
/** One whose starter was killed may still be about to start. */
const START_MS = 15_000;

type Request = Required<BrokerRequest>;

/**
 * Finds or starts a broker: KAFKA_BROKERS; one of ours that already runs for this folder; a managed local Apache Kafka;
 * Docker Compose.
 * @throws UserError BROKER_NOT_AVAILABLE naming the ways out and why each is closed here; FatalError
 * BROKER_START_FAILED, or BROKER_START_INTERRUPTED when the signal aborts (then nothing is left running).
 */
export async function acquireBroker(given: BrokerRequest): Promise<Broker> {
  const request = withDefaults(given);
  const { env, stateDirectory, onProgress, signal } = request;
  const external = connectionFromEnvironment(env);
  if (external) return externalBroker(external);
  const onWait = (): void => onProgress('another tapline is starting or stopping the broker; waiting for it');
  try {
    return await withStartLock(stateDirectory, () => findOrStart(request), { onWait, signal });
  } catch (cause) {
    if (!signal.aborted) throw cause;
    const sentence = 'the start of the broker was interrupted; nothing is left running, start again';
    throw new FatalError('BROKER_START_INTERRUPTED', sentence, { cause });
  }
}

/** The broker that runs for this folder and answers, or null. */
export async function findRunningBroker(
  stateDirectory: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Broker | null> {
  const note = await runningNote(stateDirectory, env);
  if (!note || !(await answers(localConnection(note.port), ANSWER_MS))) return null;
  return brokerOf(note, { stateDirectory, env, startedByUs: false });
}

/** Keeps the managed broker of this folder running until the signal aborts; other brokers are not ours to keep. */
export async function keepBrokerRunning({
  stateDirectory,
  onProgress,
  signal,
}: Pick<Request, 'stateDirectory' | 'onProgress' | 'signal'>): Promise<void> {
  const start = (preferredPort: number): Promise<Broker> =>
    acquireBroker({ stateDirectory, preferredPort, onProgress: () => undefined, signal });
  await keepRunning({ stateDirectory, start, say: onProgress, signal });
}

/** How to reach the broker of ours that runs for this folder, be it that it answers or not; null where there is none. */
export async function acquiredBefore(stateDirectory: string, env: NodeJS.ProcessEnv): Promise<Connection | null> {
  const note = await runningNote(stateDirectory, env);
  return note && localConnection(note.port);
}

/** Whether a broker of ours runs for this folder, be it that it answers or not. */
export async function isBrokerRunning(stateDirectory: string, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  return (await runningNote(stateDirectory, env)) !== null;
}

/** Stops the broker that tapline runs for this folder; false where there is none. */
export async function stopBroker(stateDirectory: string, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  if (!(await readNote(stateDirectory))) return false;
  return withStartLock(stateDirectory, async () => {
    const note = await runningNote(stateDirectory, env);
    if (note) await stopNoted(note, env, stateDirectory);
    await removeNote(stateDirectory);
    return note !== null;
  });
}

/** Stops a broker of this folder that is not noted; the number of its process, or null where there is none. */
export async function stopStrayBroker(stateDirectory: string): Promise<number | null> {
  if ((await findStrayBroker(stateDirectory)) === null) return null;
  return withStartLock(stateDirectory, async () => {
    const isNotedByNow = (await readNote(stateDirectory)) !== null; // somebody was starting it
    return isNotedByNow ? null : endStrayBroker(stateDirectory);
  });
}

function withDefaults(request: BrokerRequest): Request {
  const env = request.env ?? process.env;
  return {
    cacheDirectory: userCache(env),
    preferredPort: PREFERRED_PORT,
    signal: new AbortController().signal,
    ...request,
    env,
  };
}

async function findOrStart(request: Request): Promise<Broker> {
  const { env, stateDirectory, onProgress } = request;
  const noted = await runningNote(stateDirectory, env);
  if (noted) {
    const isReady = await answers(localConnection(noted.port), START_MS);
    if (isReady) return brokerOf(noted, { stateDirectory, env, startedByUs: false });
    onProgress('the broker of this folder runs but does not answer; starting it anew');
    await stopNoted(noted, env, stateDirectory);
  }
  const note = await startOne(request);
  return brokerOf(note, { stateDirectory, env, startedByUs: true });
}

async function startOne(request: Request): Promise<BrokerNote> {
  const parts = await findParts(request);
  if (!('reason' in parts)) {
    request.onProgress(`starting Apache Kafka ${parts.jars.version}`);
    return startManagedBroker({ ...request, ...parts });
  }
  const composed = await startComposeBroker(request);
  if (!('reason' in composed)) return composed;
  throw new UserError(
    'BROKER_NOT_AVAILABLE',
    `no Kafka broker: KAFKA_BROKERS is not set; ${parts.reason}; ${composed.reason}. ` +
      'Name a broker in KAFKA_BROKERS, or install Java 17 and Maven, or start Docker; `up --memory` runs a topology without a broker',
  );
}

async function findParts(request: Request): Promise<{ readonly java: Java; readonly jars: Jars } | Missing> {
  const java = await findJava(request.env);
  if ('reason' in java) return java;
  await mkdir(request.cacheDirectory, { recursive: true });
  const jars = await findJars(request);
  return 'reason' in jars ? jars : { java, jars };
}

/** The broker noted for this folder if it is really there; its number or port may belong to something else by now. */
async function runningNote(stateDirectory: string, env: NodeJS.ProcessEnv): Promise<BrokerNote | null> {
  const note = await readNote(stateDirectory);
  if (!note) return null;
  return (await (note.kind === 'managed' ? isThere(note) : isContainerUp(note, env))) ? note : null;
}

function brokerOf(
  note: BrokerNote,
  { stateDirectory, env, startedByUs }: { stateDirectory: string; env: NodeJS.ProcessEnv; startedByUs: boolean },
): Broker {
  const bootstrap = `127.0.0.1:${note.port}`;
  const what = note.kind === 'managed' ? `Apache Kafka ${note.version}` : 'Apache Kafka in Docker';
  return {
    bootstrap,
    kind: startedByUs ? note.kind : 'running',
    startedByUs,
    connection: localConnection(note.port),
    describe: () => `broker ${bootstrap} (${what}, ${startedByUs ? 'started by this command' : 'already running'})`,
    stop: async () => {
      await stopBroker(stateDirectory, env);
    },
  };
}

async function stopNoted(note: BrokerNote, env: NodeJS.ProcessEnv, stateDirectory: string): Promise<void> {
  if (note.kind === 'compose') await stopComposeBroker(note, env);
  else await stopManagedBroker(note, stateDirectory);
}
