import { UserError } from '../errors/pipeline-error.ts';
import { answers } from '../kafka/readiness.ts';
import type { Connection } from '../ports/admin.ts';
import type { Broker } from './broker.ts';

const ANSWER_MS = 5_000;

/**
 * The broker that KAFKA_BROKERS names; it is never started or stopped.
 * @throws UserError KAFKA_UNREACHABLE where it does not answer; FatalError KAFKA_REFUSED where it turns us away.
 */
export async function externalBroker(connection: Connection): Promise<Broker> {
  const bootstrap = connection.bootstrap.join(',');
  if (!(await answers(connection, ANSWER_MS))) {
    throw new UserError(
      'KAFKA_UNREACHABLE',
      `no broker answers at KAFKA_BROKERS=${bootstrap} within ${ANSWER_MS / 1000} s; check the address, or unset it to use a local broker`,
    );
  }
  return {
    bootstrap,
    kind: 'external',
    startedByUs: false,
    connection,
    describe: () => `broker ${bootstrap} (from KAFKA_BROKERS)`,
    stop: async () => undefined,
  };
}
