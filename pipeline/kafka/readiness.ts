import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError, UserError } from '../errors/pipeline-error.ts';
import type { Admin, Connection } from '../ports/admin.ts';
import type { Logger } from '../ports/logger.ts';
import type { Producer } from '../ports/producer.ts';
import type { TopicPlan } from '../topology/plan.ts';
import { createAdmin } from './admin.ts';
import { createProducer } from './producer.ts';
import { refusal } from './refusal.ts';

const POLL_MS = 20;
const ignore = (): void => undefined;
const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Two underscores hide a topic from lists; it is removed as soon as it has served. */
const PROBE: TopicPlan = {
  name: '__tapline-readiness',
  holds: 'records',
  partitions: 1,
  retentionMs: 60_000,
  retentionBytes: -1,
  segmentBytes: 1024 * 1024,
  maxMessageBytes: 1024 * 1024,
  explicit: [],
};

/**
 * Resolves when the broker on this machine has made a topic and acknowledged a record; rejects with the signal's reason
 * when that aborts before.
 */
export async function waitUntilReady(connection: Connection, signal: AbortSignal): Promise<void> {
  await untilListening(connection, signal);
  const admin = createAdmin(connection, silent);
  const producer = createProducer(connection, silent);
  try {
    await Promise.race([takesARecord(admin, producer, signal), abortOf(signal)]);
  } finally {
    void Promise.allSettled([producer.close(), admin.close()]); // closing waits for a connection under way
  }
}

/**
 * Whether a broker answers within `timeoutMs`.
 * @throws PipelineError KAFKA_REFUSED where one answers and refuses us: wrong credentials, missing rights.
 */
export async function answers(connection: Connection, timeoutMs: number): Promise<boolean> {
  const admin = createAdmin(connection, silent);
  const late = AbortSignal.timeout(timeoutMs);
  try {
    await Promise.race([retried(() => admin.listTopics(), late), abortOf(late)]);
    return true;
  } catch (error) {
    if (late.aborted) return false;
    throw refusal(error, []);
  } finally {
    void admin.close();
  }
}

/** Knocking is cheaper and quicker than connecting: a broker opens its port when it is almost there. */
async function untilListening({ bootstrap }: Connection, signal: AbortSignal): Promise<void> {
  const [host, port] = (bootstrap[0] ?? '').split(':');
  while (!(await isListening(host ?? '', Number(port)))) {
    signal.throwIfAborted();
    await sleep(POLL_MS);
  }
}

function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

async function takesARecord(admin: Admin, producer: Producer, signal: AbortSignal): Promise<void> {
  const record = { topic: PROBE.name, partition: 0, key: null, value: 'ready', headers: {}, timestampMs: Date.now() };
  await retried(() => createProbe(admin), signal);
  await producer.send([record]);
  await admin.deleteTopics([PROBE.name]);
}

async function createProbe(admin: Admin): Promise<void> {
  try {
    await admin.createTopic(PROBE);
  } catch (error) {
    // Whoever asked before was killed before the topic was removed.
    if (!(error instanceof UserError && error.code === 'TOPIC_EXISTS')) throw error;
  }
}

/** An admin gives up on a broker it has never met; one that is starting deserves longer. */
async function retried<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !(error instanceof PipelineError && error.retriable)) throw error;
      await sleep(POLL_MS);
    }
  }
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
