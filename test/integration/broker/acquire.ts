import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { onTestFinished } from 'vitest';
import { acquireBroker, stopBroker, type Broker, type BrokerRequest } from '../../../pipeline/broker/index.ts';
import { processIdentity } from '../../../pipeline/broker/process-identity.ts';
import { emptyDirectory } from '../topology-run.ts';
import { until } from '../until.ts';

/** The machine as it is, without a broker named from outside. */
export const env = { ...process.env, KAFKA_BROKERS: undefined };

/** A `.tapline` of its own; whatever broker runs for it after the test is stopped. */
export async function stateDirectory(): Promise<string> {
  const directory = join(await emptyDirectory(), '.tapline');
  onTestFinished(async () => {
    await stopBroker(directory, env);
  });
  return directory;
}

/** Acquires a broker for the folder, on free ports. */
export function acquire(directory: string, more: Partial<BrokerRequest> = {}): Promise<Broker> {
  return acquireBroker({ stateDirectory: directory, env, preferredPort: 0, onProgress: () => undefined, ...more });
}

/** Number of the process that is noted for the folder; 0 where none is. */
export async function notedPid(directory: string): Promise<number> {
  const note = await readFile(join(directory, 'broker/broker.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(note) as { pid?: number }).pid ?? 0;
}

export async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await gone(pid);
}

export async function gone(pid: number): Promise<void> {
  await until(async () => (await processIdentity(pid)) === null, { what: `process ${pid} to end` });
}

/** Every topic of a broker, hidden ones as well, as a client that is not ours sees them. */
export async function topicsOf({ bootstrap }: Broker): Promise<string[]> {
  return withAdmin(bootstrap, (admin) => admin.listTopics());
}

export async function createTopic({ bootstrap }: Broker, topic: string): Promise<void> {
  await withAdmin(bootstrap, (admin) => admin.createTopics({ topics: [{ topic }], waitForLeaders: true }));
}

async function withAdmin<T>(bootstrap: string, ask: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await ask(admin);
  } finally {
    await admin.disconnect();
  }
}
