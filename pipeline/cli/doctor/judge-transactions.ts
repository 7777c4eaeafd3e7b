import type { ClusterDescription, Settings, TransactionLog } from '../../ports/inspector.ts';
import { judgeOf, type Check } from './check.ts';
import { valuesOf, type Asked } from './judge-cluster.ts';
import type { Needs } from './needs.ts';

const HOUR_MS = 3_600_000;
const WHAT = 'transaction log';

/** What exactly-once needs of the brokers; nothing where no stage asks for it. */
export function judgeTransactions(cluster: ClusterDescription, { exactlyOnce }: Needs, asked: Asked): Check[] {
  if (exactlyOnce.length === 0) return [];
  const { settings, transactionLog, brokers } = cluster;
  return [
    ...(transactionLog ? [judgeLog(transactionLog, brokers.length)] : []),
    ...(settings && !transactionLog ? [judgeLogToCome(settings, brokers.length)] : []),
    ...(settings ? [judgeTimeout(settings, asked), judgeExpiration(settings)] : []),
  ];
}

/** The log that is there. */
function judgeLog({ replicas, inSync, minInSync }: TransactionLog, brokers: number): Check {
  const { ok, warning, fault } = judgeOf('broker', WHAT);
  const found = `__transaction_state: ${replicas} replicas, ${inSync} in sync, at least ${minInSync ?? '?'} needed`;
  if (minInSync !== null && inSync < minInSync) {
    const mend = `start the brokers that are away, or set min.insync.replicas=${inSync} of topic __transaction_state`;
    return fault(`${found}: no transaction can be written`, mend);
  }
  return weakness({ replicas, minInSync: minInSync ?? 1, brokers }, { found, ok, warning });
}

/** The first transaction makes it, as the settings say. */
function judgeLogToCome(settings: ReadonlyMap<number, Settings>, brokers: number): Check {
  const { ok, warning, fault } = judgeOf('broker', WHAT);
  const replicas = Math.max(1, ...valuesOf(settings, 'transaction.state.log.replication.factor'));
  const minInSync = Math.max(1, ...valuesOf(settings, 'transaction.state.log.min.isr'));
  const found = `made by the first transaction, with ${replicas} replicas, at least ${minInSync} in sync`;
  const count = brokers === 1 ? 'there is 1 broker' : `there are ${brokers} brokers`;
  if (replicas > brokers || minInSync > replicas) {
    const mend = `set transaction.state.log.replication.factor=${brokers} and transaction.state.log.min.isr=${Math.max(1, brokers - 1)} in server.properties, or start more brokers`;
    return fault(`${found}, but ${count}: no transaction could begin`, mend);
  }
  return weakness({ replicas, minInSync, brokers }, { found, ok, warning });
}

function weakness(
  { replicas, minInSync, brokers }: { replicas: number; minInSync: number; brokers: number },
  { found, ok, warning }: { readonly found: string } & Pick<ReturnType<typeof judgeOf>, 'ok' | 'warning'>,
): Check {
  if (brokers === 1) return ok(`${found}; one broker, one disk`);
  if (replicas === 1)
    return warning(`${found}: a lost disk loses transactions`, 'give topic __transaction_state 3 replicas');
  if (minInSync === replicas)
    return warning(
      `${found}: no broker may be away, not for a restart either`,
      `set min.insync.replicas=${replicas - 1} of topic __transaction_state`,
    );
  if (minInSync === 1)
    return warning(
      `${found}: what one broker alone has acknowledged may be lost with it`,
      `set min.insync.replicas=${Math.max(1, replicas - 1)} of topic __transaction_state`,
    );
  return ok(found);
}

function judgeTimeout(settings: ReadonlyMap<number, Settings>, { transactionTimeoutMs }: Asked): Check {
  const name = 'transaction.max.timeout.ms';
  const { ok, fault } = judgeOf('broker', name);
  const least = Math.min(Infinity, ...valuesOf(settings, name));
  const found = `${least}; transactions ask for ${transactionTimeoutMs}`;
  return least >= transactionTimeoutMs
    ? ok(found)
    : fault(`${found}, which the broker refuses`, `set ${name}=${transactionTimeoutMs} or more on every broker`);
}

/** A task whose id was forgotten begins anew where its group has committed: that costs time, not records. */
function judgeExpiration(settings: ReadonlyMap<number, Settings>): Check {
  const name = 'transactional.id.expiration.ms';
  const { ok, warning } = judgeOf('broker', name);
  const least = Math.min(Infinity, ...valuesOf(settings, name));
  const found = `${least}: a task that writes nothing for so long begins anew by itself`;
  return least >= HOUR_MS ? ok(found) : warning(found, `set ${name}=604800000, the default of Kafka`);
}
