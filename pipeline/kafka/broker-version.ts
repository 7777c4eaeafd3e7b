/** Versions of each request a broker knows, by the number of the request. */
export type ApiVersions = Readonly<Record<number, { readonly maxVersion: number } | undefined>>;

/** What came with a version of Apache Kafka: a request, from this version of it on. Oldest first. */
const TELLING: readonly (readonly [version: string, request: number, requestVersion: number])[] = [
  ['0.11', 22, 0], // InitProducerId
  ['2.4', 13, 3], // LeaveGroup, on behalf of other members
  ['2.5', 22, 3], // InitProducerId, with the former epoch
  ['2.8', 60, 0], // DescribeCluster
  ['3.0', 65, 0], // DescribeTransactions
  ['3.7', 74, 0], // ListClientMetricsResources
  ['3.8', 75, 0], // DescribeTopicPartitions
  ['4.0', 26, 5], // EndTxn, with a new epoch
  ['4.1', 74, 1], // ListConfigResources
];

/** The newest version whose requests a broker knows, all older ones included; brokers do not tell their version. */
export function versionOf(known: ApiVersions): string {
  const unknown = TELLING.findIndex(([, request, version]) => (known[request]?.maxVersion ?? -1) < version);
  const [newest = ''] = TELLING.slice(0, unknown < 0 ? undefined : unknown).at(-1) ?? [];
  return newest;
}

/** Negative where `a` is older than `b`. */
export function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
