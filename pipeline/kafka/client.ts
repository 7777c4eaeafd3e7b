import type { Cluster, Kafka as KafkajsClient, KafkaConfig, RetryOptions } from 'kafkajs';
import { FatalError } from '../errors/pipeline-error.ts';
import type { Connection } from '../ports/admin.ts';
import type { Logger } from '../ports/logger.ts';
import { Kafka, logLevel } from './kafkajs.ts';
import { plainSocketFactory } from './socket-factory.ts';

/** How to reach Kafka, and the name the broker's logs and quotas know this client by. */
export type ClientConnection = Connection & { readonly clientId?: string };

/** One line of kafkajs' own log. */
export interface LogLine {
  readonly namespace: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Reconnecting must outlast an outage, and be quick when it ends: given to the client, every producer and every
 * consumer, this brings both back within half a second of the broker's return.
 */
export const RIDE_OUT = {
  retries: 1000,
  initialRetryTime: 50,
  maxRetryTime: 500,
  factor: 0.2,
  multiplier: 1.5,
} as const satisfies RetryOptions;

interface ClientOptions {
  readonly log: Logger;
  readonly retry?: RetryOptions;
  /** Sees every warning and error of kafkajs. */
  readonly onLogLine?: (line: LogLine) => void;
}

/** A kafkajs client. Consumers need one each: those of one client share their offsets. */
export function createClient(
  connection: ClientConnection,
  { log, retry = RIDE_OUT, onLogLine }: ClientOptions,
): KafkajsClient {
  const { bootstrap, tls, sasl, clientId = 'tapline' } = connection;
  return new Kafka({
    clientId,
    brokers: [...bootstrap],
    ...(tls && { ssl: { ...tls } }),
    ...(sasl && { sasl: { ...sasl } as NonNullable<KafkaConfig['sasl']> }),
    ...(!tls && !sasl && { socketFactory: plainSocketFactory }),
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    retry,
    logLevel: logLevel.WARN,
    // kafkajs calls an error what it then mends by itself: for us that is detail. What it cannot mend is thrown.
    logCreator:
      () =>
      ({ namespace, log: { message, ...fields } }) => {
        onLogLine?.({ namespace, message, fields });
        log.debug({ namespace, ...fields }, `kafkajs: ${message}`);
      },
  });
}

/** The view of the cluster kafkajs gives to partition assigners: raw requests, which no other part of it offers. */
export function openCluster(client: KafkajsClient): Cluster {
  let opened: Cluster | undefined;
  client.consumer({
    groupId: 'unused',
    partitionAssigners: [
      ({ cluster }) => {
        opened = cluster;
        return {
          name: 'unused',
          version: 0,
          assign: async () => [],
          protocol: () => ({ name: 'unused', metadata: Buffer.alloc(0) }),
        };
      },
    ],
  });
  if (opened) return opened;
  throw new FatalError('INTERNAL', 'kafkajs made no cluster for a consumer; this is a bug, please report it');
}

/** Partition numbers of a topic the cluster view has metadata of, ascending. */
export function partitionsOf(cluster: Cluster, topic: string): number[] {
  const described = cluster.findTopicPartitionMetadata(topic);
  return described.map(({ partitionId }) => partitionId).sort((a, b) => a - b);
}
