import type { Admin } from '../ports/admin.ts';
import type { Connection } from '../ports/admin.ts';
import type { Consumer, ConsumerOptions } from '../ports/consumer.ts';
import type { Inspector } from '../ports/inspector.ts';
import type { Logger } from '../ports/logger.ts';
import type { PartitionReader } from '../ports/partition-reader.ts';
import type { Producer } from '../ports/producer.ts';
import type { OpenReader } from '../ports/sink.ts';
import { createAdmin } from './admin.ts';
import { createConsumer } from './consumer.ts';
import { createInspector } from './inspector.ts';
import { createPartitionReader } from './partition-reader.ts';
import { createProducer } from './producer.ts';
import { createReader } from './reader.ts';

export { createAdmin } from './admin.ts';
export { connectionFromEnvironment, KAFKA_ENVIRONMENT } from './connection-from-env.ts';
export { createConsumer } from './consumer.ts';
export { SESSION_TIMEOUT_MS } from './epoch.ts';
export { ProduceError } from './produce-error.ts';
export { createProducer } from './producer.ts';
export { createReader } from './reader.ts';
export { TopicConflictError } from './topic-conflict-error.ts';
export { TRANSACTION_TIMEOUT_MS } from './transactional-producer.ts';

/** Everything one process does with one Kafka, be it a cluster or in memory. Nothing connects before it is used. */
export interface Kafka {
  consumer(options: ConsumerOptions): Consumer;
  producer(): Producer;
  admin(): Admin;
  /** Reads single partitions to their end. */
  partitionReader(): PartitionReader;
  readonly openReader: OpenReader;
}

/** A cluster of brokers, which can be looked at too. */
export interface KafkaCluster extends Kafka {
  inspector(): Inspector;
}

/** The Kafka cluster behind a connection; `clientId` is how the broker's logs and quotas know this process. */
export function createKafka(
  connection: Connection,
  { log, clientId }: { readonly log: Logger; readonly clientId: string },
): KafkaCluster {
  const named = { ...connection, clientId };
  return {
    consumer: (options) => createConsumer(named, options, log),
    producer: () => createProducer(named, log),
    admin: () => createAdmin(named, log),
    inspector: () => createInspector(named, log),
    partitionReader: () => createPartitionReader(named, log),
    openReader: createReader(named, log),
  };
}
