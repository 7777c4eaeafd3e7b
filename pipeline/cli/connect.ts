import { findRunningBroker } from '../broker/index.ts';
import { UserError } from '../errors/pipeline-error.ts';
import { connectionFromEnvironment } from '../kafka/connection-from-env.ts';
import { createKafka, type Kafka } from '../kafka/index.ts';
import type { Logger } from '../ports/logger.ts';
import { stateDirectory } from './options.ts';

/** For verbs that tell themselves what they do. */
export const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * The broker a command shall talk to: KAFKA_BROKERS, else the one tapline runs for this folder.
 * @throws UserError BROKER_NOT_AVAILABLE where there is neither.
 */
export async function connect(clientId: string): Promise<Kafka> {
  const external = connectionFromEnvironment(process.env);
  const connection = external ?? (await findRunningBroker(stateDirectory()))?.connection;
  if (connection) return createKafka(connection, { log: silent, clientId });
  throw new UserError(
    'BROKER_NOT_AVAILABLE',
    'no broker runs for this folder; start one with npm run topology:up, or name yours in KAFKA_BROKERS',
  );
}

function ignore(): void {
  // The verbs that use this log tell what they do themselves.
}
