import type { Broker, Cluster } from 'kafkajs';
import type { ClusterDescription, Inspector, Settings, TransactionLog } from '../ports/inspector.ts';
import type { Logger } from '../ports/logger.ts';
import { AdminClient } from './admin-client.ts';
import { compareVersions, versionOf, type ApiVersions } from './broker-version.ts';
import type { ClientConnection } from './client.ts';
import { errorTypeOf } from './failure.ts';
import { ConfigResourceTypes } from './kafkajs.ts';
import { compareTopics, readSettings } from './provisioning.ts';
import { refusal } from './refusal.ts';
import { missingRights } from './rights.ts';

const TRANSACTION_LOG = '__transaction_state';
const NOT_ALLOWED = /AUTHORIZATION_FAILED/;

/** kafkajs has it, its types do not. */
type BrokerWithVersions = Broker & { readonly versions: ApiVersions | null };

/** Creates a view of a cluster that changes nothing; it connects on first use. */
export function createInspector(connection: ClientConnection, log: Logger): Inspector {
  const client = new AdminClient(connection, log);
  return {
    describeCluster: () => named(() => describeCluster(client)),
    compareTopics: (topics) => named(async () => (await compareTopics(client, topics)).verdicts),
    missingRights: (uses) => named(() => client.ask(({ cluster }) => missingRights(cluster, uses))),
    close: () => client.close(),
  };
}

async function named<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw refusal(error, []);
  }
}

async function describeCluster(client: AdminClient): Promise<ClusterDescription> {
  const { brokers } = await client.ask(({ admin }) => admin.describeCluster());
  const ids = brokers.map(({ nodeId }) => nodeId);
  const versions = await client.ask(async ({ cluster }) => {
    await cluster.refreshMetadata();
    return Promise.all(ids.map((id) => brokerVersion(cluster, id)));
  });
  return {
    brokers: brokers.map(({ nodeId, host, port }) => ({ id: nodeId, address: `${host}:${port}` })),
    version: versions.toSorted(compareVersions)[0] ?? '',
    settings: await ifAllowed(() => settingsOfBrokers(client, ids)),
    transactionLog: await transactionLogOf(client),
  };
}

async function brokerVersion(cluster: Cluster, nodeId: number): Promise<string> {
  const broker = (await cluster.findBroker({ nodeId: String(nodeId) })) as BrokerWithVersions;
  return versionOf(broker.versions ?? {});
}

async function settingsOfBrokers(client: AdminClient, ids: readonly number[]): Promise<ReadonlyMap<number, Settings>> {
  const wanted = ids.map((id) => ({ type: ConfigResourceTypes.BROKER, name: String(id) }));
  const { resources } = await client.ask(({ admin }) =>
    admin.describeConfigs({ resources: wanted, includeSynonyms: false }),
  );
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      Number(resourceName),
      Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
}

async function transactionLogOf(client: AdminClient): Promise<TransactionLog | null> {
  const { topics } = await client.ask(({ admin }) => admin.fetchTopicMetadata());
  const partitions = topics.find(({ name }) => name === TRANSACTION_LOG)?.partitions ?? [];
  if (partitions.length === 0) return null;
  const settings = await ifAllowed(() => readSettings(client, [TRANSACTION_LOG]));
  const minInSync = settings?.get(TRANSACTION_LOG)?.['min.insync.replicas'];
  return {
    replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    inSync: Math.min(...partitions.map(({ isr }) => isr.length)),
    minInSync: minInSync === undefined ? null : Number(minInSync),
  };
}

/** Null where this user may not ask. */
async function ifAllowed<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (NOT_ALLOWED.test(errorTypeOf(error) ?? '')) return null;
    throw error;
  }
}
