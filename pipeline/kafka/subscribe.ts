import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer as KafkajsConsumer } from 'kafkajs';
import { errorTypeOf } from './failure.ts';
import { refusal } from './refusal.ts';

/** Other brokers may learn of a new topic a moment after the one that created it. */
const TOPIC_APPEARS_MS = 5_000;
const RETRY_MS = 250;

/** Subscribes a connected consumer. @throws UserError TOPIC_UNKNOWN where a topic does not appear. */
export async function subscribe(consumer: KafkajsConsumer, topics: readonly string[]): Promise<void> {
  for (const deadline = performance.now() + TOPIC_APPEARS_MS; ;) {
    try {
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      return;
    } catch (error) {
      if (errorTypeOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
      if (performance.now() > deadline) throw refusal(error, topics);
      await sleep(RETRY_MS);
    }
  }
}
