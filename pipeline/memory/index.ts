import type { Kafka } from '../kafka/index.ts';
import { MemoryAdmin } from './admin.ts';
import type { MemoryBroker } from './broker.ts';
import { MemoryClient } from './client.ts';
import { MemoryConsumer } from './consumer.ts';
import { createMemoryPartitionReader } from './partition-reader.ts';
import { createMemoryProducer } from './producer.ts';
import { createMemoryReader } from './reader.ts';

export { MemoryBroker, type MemoryBrokerOptions } from './broker.ts';
export type { Api, Fault, Misfortune } from './faults.ts';
export { ManualClock, type LentClock } from './manual-clock.ts';

/** Everything one process does with a broker in memory. */
export interface MemoryKafka extends Kafka {
  /** Dies as a process does that is killed: nothing it does from now on reaches the broker, and nothing comes back. */
  crash(): void;
  /** Calls back when it has died, of a fault too. */
  onCrash(callback: () => void): void;
}

/** One process at a broker in memory; of several, one may die without the others. */
export function createMemoryKafka(broker: MemoryBroker, clientId: string): MemoryKafka {
  const client = new MemoryClient(broker, clientId);
  return {
    consumer: (options) => new MemoryConsumer(client, options),
    producer: () => createMemoryProducer(client),
    admin: () => new MemoryAdmin(client),
    partitionReader: () => createMemoryPartitionReader(client),
    openReader: createMemoryReader(client),
    crash: () => client.crash(),
    onCrash: (callback) => client.onCrash(callback),
  };
}
