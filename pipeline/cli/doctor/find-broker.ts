import { acquiredBefore } from '../../broker/index.ts';
import { PipelineError } from '../../errors/pipeline-error.ts';
import { connectionFromEnvironment } from '../../kafka/connection-from-env.ts';
import { answers } from '../../kafka/readiness.ts';
import type { Connection } from '../../ports/admin.ts';
import { stateDirectory } from '../options.ts';
import { judgeOf, type Check } from './check.ts';

const ANSWER_MS = 5_000;

/** The broker that `up` would use as it is, and what is to be said of it; no connection where none answers. */
export interface FoundBroker {
  readonly origin: 'environment' | 'folder' | 'none';
  readonly connection: Connection | null;
  readonly check: Check | null;
}

/** Looks where `up` looks, and starts nothing. */
export async function findBroker(env: NodeJS.ProcessEnv): Promise<FoundBroker> {
  try {
    const external = connectionFromEnvironment(env);
    if (external) return await asked(external, 'environment');
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    const check = judgeOf('broker', 'broker').fault(
      error.message,
      'correct that variable: docs/operating.md lists them',
    );
    return { origin: 'environment', connection: null, check };
  }
  const running = await acquiredBefore(stateDirectory(), env);
  return running ? asked(running, 'folder') : { origin: 'none', connection: null, check: null };
}

async function asked(connection: Connection, origin: FoundBroker['origin']): Promise<FoundBroker> {
  const { ok, fault } = judgeOf('broker', 'broker');
  const address = connection.bootstrap.join(',');
  const where = origin === 'environment' ? `KAFKA_BROKERS=${address}` : `${address} (started for this folder)`;
  const mend =
    origin === 'environment'
      ? 'check the address, and that the broker runs; or unset KAFKA_BROKERS to use a local broker'
      : 'start it anew: npm run topology:down, then npm run topology:up';
  try {
    if (await answers(connection, ANSWER_MS)) return { origin, connection, check: ok(`${where} answers`) };
    const check = fault(`nobody answers at ${where} within ${ANSWER_MS / 1000} s`, mend);
    return { origin, connection: null, check };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return { origin, connection: null, check: fault(`${where} refuses us: ${error.message}`, credentials) };
  }
}

const credentials = 'check the KAFKA_SASL_* and KAFKA_SSL_* settings and the rights of this user';
