import type { Connection } from '../ports/admin.ts';

/** A Kafka broker to work with, wherever it came from. */
export interface Broker {
  /** `127.0.0.1:9092`, several separated by commas. */
  readonly bootstrap: string;
  readonly kind: 'external' | 'running' | 'managed' | 'compose';
  /** This call started it, so its end is ours to decide. */
  readonly startedByUs: boolean;
  readonly connection: Connection;
  /** One line for people. */
  describe(): string;
  /** Stops it if it is tapline's; a broker named by KAFKA_BROKERS is left alone. */
  stop(): Promise<void>;
}

/** What finding or starting a broker needs. */
export interface BrokerRequest {
  /** `.tapline` of the project, absolute. */
  readonly stateDirectory: string;
  readonly cacheDirectory?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Port to take when it is free. */
  readonly preferredPort?: number;
  readonly onProgress: (sentence: string) => void;
  readonly signal?: AbortSignal;
}

/** The connection of a broker on this machine. */
export function localConnection(port: number): Connection {
  return { bootstrap: [`127.0.0.1:${port}`] };
}
