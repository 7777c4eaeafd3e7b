import { createKafka, type Kafka } from '../../pipeline/kafka/index.ts';
import { fill, PARTITIONS, type RecordAt } from './fill.ts';
import { quiet } from './quiet.ts';
import type { BenchBroker } from './bench-broker.ts';
import type { Cleanup } from './cleanup.ts';

/** Records that several runs read, each from the beginning. */
export interface Input {
  readonly topic: string;
  readonly records: number;
  /** Deletes it. */
  readonly remove: () => Promise<void>;
}

interface InputOrder {
  readonly topic: string;
  readonly records: number;
  readonly recordBytes: number;
  readonly recordAt: RecordAt;
}

/** Makes a topic and fills it. */
export async function makeInput(
  order: InputOrder,
  { broker, cleanup }: { readonly broker: BenchBroker; readonly cleanup: Cleanup },
): Promise<Input> {
  const { topic, records } = order;
  const kafka: Kafka = createKafka(broker.connection, { log: quiet, clientId: 'tapline-bench' });
  const admin = kafka.admin();
  const unlimited = { retentionMs: -1, retentionBytes: -1, segmentBytes: 2 ** 28, maxMessageBytes: 2 ** 20 };
  await admin.createTopic({ name: topic, holds: 'records', partitions: PARTITIONS, explicit: [], ...unlimited });
  const remove = cleanup.add(async () => {
    await admin.deleteTopics([topic]);
    await admin.close();
  });
  await fill(kafka.producer(), order);
  return { topic, records, remove };
}
