import { compareVersions } from '../../kafka/broker-version.ts';
import type { ClusterDescription, Settings } from '../../ports/inspector.ts';
import { formatSize } from '../../topology/size.ts';
import { judgeOf, type Check } from './check.ts';
import type { Needs } from './needs.ts';

/** What tapline asks of every broker, milliseconds. */
export interface Asked {
  readonly sessionTimeoutMs: number;
  readonly transactionTimeoutMs: number;
}

const NEEDED_VERSION = '2.4';
const NEEDED_FOR_TRANSACTIONS = '2.5';
/** A request is its record and what is said about it. */
const REQUEST_HEADROOM_BYTES = 1024 ** 2;
const RESTART = 'in server.properties of every broker, and restart them one by one';

/** Judges version and settings of the brokers by what the topology needs. */
export function judgeCluster(cluster: ClusterDescription, needs: Needs, asked: Asked): Check[] {
  const { settings } = cluster;
  const version = judgeVersion(cluster, needs);
  if (settings === null) return [version, unreadable()];
  return [
    version,
    judgeRequestSize(settings, needs),
    judgeRecordSize(settings, needs),
    judgeSession(settings, asked),
    ...judgeCleaner(settings, needs),
    ...judgeLinger(settings, needs),
  ];
}

/** Values of a numeric setting on all brokers that have it. */
export function valuesOf(settings: ReadonlyMap<number, Settings>, name: string): readonly number[] {
  const texts = [...settings.values()].map((one) => one[name]);
  return texts.filter((text) => text !== undefined && text !== '').map(Number);
}

function judgeVersion({ version, brokers }: ClusterDescription, { exactlyOnce }: Needs): Check {
  const { ok, fault } = judgeOf('broker', 'version');
  const needed = exactlyOnce.length > 0 ? NEEDED_FOR_TRANSACTIONS : NEEDED_VERSION;
  const found = `${brokers.length === 1 ? '1 broker knows' : `${brokers.length} brokers know`} the requests of Apache Kafka ${version}`;
  return compareVersions(version, needed) >= 0
    ? ok(found)
    : fault(`${found}, and ${needed} is needed`, `use brokers of Apache Kafka ${needed} or newer`);
}

function unreadable(): Check {
  return judgeOf('broker', 'settings').warning(
    'this user may not read the settings of the brokers, so they are not judged',
    'give it DescribeConfigs on the cluster, or ask whoever runs it for what docs/operating.md lists',
  );
}

/** Topics name their own limit of a record; that of a request holds for all of them. */
function judgeRequestSize(settings: ReadonlyMap<number, Settings>, needs: Needs): Check {
  const { ok, fault } = judgeOf('broker', 'socket.request.max.bytes');
  const least = Math.min(...valuesOf(settings, 'socket.request.max.bytes'));
  const needed = needs.largestRecordBytes + REQUEST_HEADROOM_BYTES;
  if (!(least < needed)) return ok(`${bytes(least)}; the largest record may have ${bytes(needs.largestRecordBytes)}`);
  return fault(
    `${bytes(least)}, but records of "${needs.largestTopic}" may have ${bytes(needs.largestRecordBytes)}`,
    `set socket.request.max.bytes=${needed} ${RESTART}, or lower maxMessageBytes of that topic`,
  );
}

function judgeRecordSize(settings: ReadonlyMap<number, Settings>, needs: Needs): Check {
  const { ok, warning } = judgeOf('broker', 'message.max.bytes');
  const least = Math.min(...valuesOf(settings, 'message.max.bytes'));
  if (!(least < needs.largestRecordBytes)) return ok(bytes(least));
  return warning(
    `${bytes(least)}, less than the ${bytes(needs.largestRecordBytes)} of "${needs.largestTopic}"; topics that tapline makes have a limit of their own, others do not`,
    `set message.max.bytes=${needs.largestRecordBytes} where other programs make topics for this topology`,
  );
}

function judgeSession(settings: ReadonlyMap<number, Settings>, { sessionTimeoutMs }: Asked): Check {
  const { ok, fault } = judgeOf('broker', 'group session time-out');
  const least = Math.max(0, ...valuesOf(settings, 'group.min.session.timeout.ms'));
  const most = Math.min(Infinity, ...valuesOf(settings, 'group.max.session.timeout.ms'));
  const found = `${least} to ${most} ms are allowed, ${sessionTimeoutMs} ms are used`;
  if (least <= sessionTimeoutMs && sessionTimeoutMs <= most) return ok(found);
  const name = least > sessionTimeoutMs ? 'group.min.session.timeout.ms' : 'group.max.session.timeout.ms';
  return fault(found, `set ${name}=${sessionTimeoutMs} ${RESTART}`);
}

function judgeCleaner(settings: ReadonlyMap<number, Settings>, { changelogs }: Needs): Check[] {
  if (changelogs.length === 0) return [];
  const { ok, fault } = judgeOf('broker', 'log cleaner');
  const off = [...settings].filter(([, one]) => one['log.cleaner.enable'] === 'false').map(([id]) => id);
  if (off.length === 0) return [ok(`on, for ${changelogs.length} compacted topics of state`)];
  const found = `off on broker ${off.join(', ')}: topics of state would grow for ever (${changelogs.join(', ')})`;
  return [fault(found, `set log.cleaner.enable=true ${RESTART}`)];
}

/** At-least-once commits offsets on their own, and waits for them; transactions do better when the broker gathers. */
function judgeLinger(settings: ReadonlyMap<number, Settings>, { atLeastOnce, exactlyOnce }: Needs): Check[] {
  const name = 'group.coordinator.append.linger.ms';
  const values = valuesOf(settings, name);
  if (values.length === 0) return [];
  const most = Math.max(...values);
  const { ok } = judgeOf('broker', name);
  if (most > 0 && atLeastOnce.length > 0) {
    const also = exactlyOnce.length > 0 ? '; exactly-once stages are better off as it is, so measure both' : '';
    return [ok(`${most}`, `0 makes small batches of at-least-once stages up to twice as fast${also}`)];
  }
  if (most === 0 && exactlyOnce.length > 0 && atLeastOnce.length === 0)
    return [ok('0', '5 (the default of Kafka) may be faster where all stages are exactly-once')];
  return [ok(String(most))];
}

function bytes(count: number): string {
  return Number.isFinite(count) ? formatSize(count) : 'not told';
}
