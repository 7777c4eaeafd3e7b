import { Kafka, logLevel } from 'kafkajs';
import { inject } from 'vitest';

/** Does what retention does, at once: deletes the records of partition 0 before an offset. */
export async function deleteRecords(topic: string, before: string): Promise<void> {
  const admin = new Kafka({ brokers: [inject('bootstrap')], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic); // deleting needs the metadata that this loads
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: before }] });
  await admin.disconnect();
}
