import { randomUUID } from 'node:crypto';
import type { Connection } from '../ports/admin.ts';
import type { Logger } from '../ports/logger.ts';
import { createAdmin } from './admin.ts';
import { createProducer } from './producer.ts';

const quiet = (): void => undefined;
const silent: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** Resolves when the broker has made a topic and acknowledged a record; the topic is removed again. */
export async function waitUntilReady(connection: Connection): Promise<void> {
  const admin = createAdmin(connection, silent);
  const producer = createProducer(connection, silent);
  const topic = `tapline-readiness-${randomUUID()}`;
  try {
    await admin.createTopic({
      name: topic,
      holds: 'records',
      partitions: 1,
      retentionMs: 60_000,
      retentionBytes: -1,
      segmentBytes: 1024 * 1024,
      maxMessageBytes: 1024 * 1024,
      explicit: [],
    });
    await producer.send([{ topic, partition: 0, key: null, value: 'ready', headers: {}, timestampMs: Date.now() }]);
    await admin.deleteTopics([topic]);
  } finally {
    await producer.close();
    await admin.close();
  }
}

/** Whether a broker answers within `timeoutMs`. */
export async function answers(connection: Connection, timeoutMs: number): Promise<boolean> {
  const admin = createAdmin(connection, silent);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), timeoutMs)));
  const answer = admin.listTopics().then(() => true);
  answer.catch(quiet); // too late to matter once the time is up
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    void admin.close();
  }
}
