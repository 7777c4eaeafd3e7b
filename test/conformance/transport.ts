import type { Kafka } from '../../pipeline/kafka/index.ts';

/** A transport under test. */
export interface TransportCase {
  readonly name: string;
  /** One process at the broker that all tests share. */
  readonly connect: (clientId: string) => Kafka;
}
