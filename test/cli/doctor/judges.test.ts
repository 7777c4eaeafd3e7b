import { expect, test } from 'vitest';
import { judgeCluster } from '../../../pipeline/cli/doctor/judge-cluster.ts';
import { judgeMachine, type MachineFacts } from '../../../pipeline/cli/doctor/judge-machine.ts';
import { judgeDisk } from '../../../pipeline/cli/doctor/judge-place.ts';
import { judgeReaders, judgeRights, judgeTopics } from '../../../pipeline/cli/doctor/judge-topics.ts';
import { judgeTransactions } from '../../../pipeline/cli/doctor/judge-transactions.ts';
import type { Check } from '../../../pipeline/cli/doctor/check.ts';
import type { Needs } from '../../../pipeline/cli/doctor/needs.ts';
import type { ClusterDescription } from '../../../pipeline/ports/inspector.ts';
import type { StagePlan } from '../../../pipeline/topology/plan.ts';

const MB = 1024 ** 2;
const asked = { sessionTimeoutMs: 10_000, transactionTimeoutMs: 15_000 };
const stage = { name: 'counts' } as StagePlan;
const counted = { name: 'counts', topics: ['counts', 't.counts.dlq'] };

function needs(more: Partial<Needs> = {}): Needs {
  return {
    exactlyOnce: [counted],
    atLeastOnce: [],
    changelogs: ['t-counts-windows-changelog'],
    largestRecordBytes: 16 * MB,
    largestTopic: 'frames',
    brokerBytes: 2000 * MB,
    keepsStateOnDisk: false,
    videoSources: [],
    models: [],
    ...more,
  };
}

const GOOD = {
  'message.max.bytes': String(18 * MB),
  'socket.request.max.bytes': String(100 * MB),
  'group.min.session.timeout.ms': '6000',
  'group.max.session.timeout.ms': '1800000',
  'log.cleaner.enable': 'true',
  'group.coordinator.append.linger.ms': '5',
  'transaction.state.log.replication.factor': '3',
  'transaction.state.log.min.isr': '2',
  'transaction.max.timeout.ms': '900000',
  'transactional.id.expiration.ms': '604800000',
};

interface Given extends Partial<ClusterDescription> {
  readonly set?: Readonly<Record<string, string>>;
  readonly count?: number;
}

/** Brokers that suit, but for what is given; what is set is set on the last one alone. */
function cluster({ set = {}, count = 3, ...more }: Given = {}): ClusterDescription {
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  return {
    brokers: ids.map((id) => ({ id, address: `kafka-${id}:9092` })),
    version: '4.1',
    settings: new Map(ids.map((id) => [id, id === count ? { ...GOOD, ...set } : GOOD])),
    transactionLog: null,
    ...more,
  };
}

function judged(given: Given, of: Partial<Needs> = {}): Check[] {
  return [...judgeCluster(cluster(given), needs(of), asked), ...judgeTransactions(cluster(given), needs(of), asked)];
}

test('three brokers as Kafka recommends them are fit', () => {
  expect(judged({}).filter(({ mark }) => mark !== 'ok')).toEqual([]);
});

test.each([
  { what: 'version', given: { version: '2.4' }, mark: 'fault', found: 'Apache Kafka 2.4, and 2.5 is needed' },
  {
    what: 'socket.request.max.bytes',
    given: { set: { 'socket.request.max.bytes': String(16 * MB) } },
    mark: 'fault',
    found: '16MB, but records of "frames" may have 16MB',
  },
  {
    what: 'message.max.bytes',
    given: { set: { 'message.max.bytes': String(MB) } },
    mark: 'warning',
    found: '1MB, less than the 16MB of "frames"',
  },
  {
    what: 'group session time-out',
    given: { set: { 'group.min.session.timeout.ms': '30000' } },
    mark: 'fault',
    found: '30000 to 1800000 ms are allowed, 10000 ms are used',
  },
  {
    what: 'group session time-out',
    given: { set: { 'group.max.session.timeout.ms': '9000' } },
    mark: 'fault',
    found: '6000 to 9000 ms are allowed',
  },
  { what: 'log cleaner', given: { set: { 'log.cleaner.enable': 'false' } }, mark: 'fault', found: 'off on broker 3' },
  {
    what: 'transaction.max.timeout.ms',
    given: { set: { 'transaction.max.timeout.ms': '10000' } },
    mark: 'fault',
    found: '10000; transactions ask for 15000',
  },
  {
    what: 'transactional.id.expiration.ms',
    given: { set: { 'transactional.id.expiration.ms': '60000' } },
    mark: 'warning',
    found: '60000',
  },
  {
    what: 'transaction log',
    given: { count: 1 },
    mark: 'fault',
    found: 'with 3 replicas, at least 2 in sync, but there is 1 broker',
  },
  {
    what: 'transaction log',
    given: { transactionLog: { replicas: 3, inSync: 1, minInSync: 2 } },
    mark: 'fault',
    found: 'no transaction can be written',
  },
  {
    what: 'transaction log',
    given: { transactionLog: { replicas: 1, inSync: 1, minInSync: 1 } },
    mark: 'warning',
    found: 'a lost disk loses transactions',
  },
  {
    what: 'transaction log',
    given: { transactionLog: { replicas: 3, inSync: 3, minInSync: 3 } },
    mark: 'warning',
    found: 'no broker may be away',
  },
  {
    what: 'transaction log',
    given: { transactionLog: { replicas: 3, inSync: 3, minInSync: 1 } },
    mark: 'warning',
    found: 'one broker alone',
  },
  { what: 'settings', given: { settings: null }, mark: 'warning', found: 'may not read the settings' },
] as const)('$what: $found is a $mark with a mend', ({ what, given, mark, found }) => {
  const check = judged(given).find((one) => one.what === what);

  expect(check).toMatchObject({ mark, found: expect.stringContaining(found) as string });
  expect(check?.mend).toBeTruthy();
});

test('without exactly-once nothing is asked of transactions, and without state nothing of the cleaner', () => {
  const plain = { exactlyOnce: [], changelogs: [] };

  const checks = judged({ version: '2.4', count: 1, set: { 'log.cleaner.enable': 'false' } }, plain);

  expect(checks.filter(({ mark }) => mark === 'fault')).toEqual([]);
  expect(checks.map(({ what }) => what)).not.toContain('transaction log');
  expect(judgeReaders(needs(plain))).toEqual([]);
  expect(judgeReaders(needs())[0]?.found).toContain('counts, t.counts.dlq are written in transactions');
});

test('the linger of the group coordinator is a hint that depends on the guarantees', () => {
  const hint = (value: string, of: Partial<Needs>): string | undefined =>
    judged({ count: 1, set: { 'group.coordinator.append.linger.ms': value } }, of).find(({ what }) =>
      what.includes('linger'),
    )?.mend;

  expect(hint('5', { atLeastOnce: [stage], exactlyOnce: [] })).toContain('0 makes small batches');
  expect(hint('0', { atLeastOnce: [stage], exactlyOnce: [] })).toBeUndefined();
  expect(hint('0', {})).toContain('5 (the default');
});

const machine: MachineFacts = {
  node: '22.1.0',
  java: { reason: 'no Java on the PATH' },
  jars: { reason: 'not fetched yet' },
  maven: 'mvn',
  docker: { reason: 'no Docker on the PATH' },
  ffmpeg: null,
  chromium: null,
  kcat: null,
};

function faultsOf(
  facts: Partial<MachineFacts>,
  use = { hasBroker: false, videoSources: [] as readonly string[] },
): string[] {
  return judgeMachine({ ...machine, ...facts }, use)
    .filter(({ mark }) => mark === 'fault')
    .map(({ what }) => what);
}

test('programs are faults only where the topology cannot do without them', () => {
  const java = { program: 'java', version: '17.0.1' };

  expect(faultsOf({})).toEqual(['Java', 'Kafka', 'Docker']);
  expect(faultsOf({ java })).toEqual([]);
  expect(faultsOf({ java, maven: null })).toEqual(['Kafka', 'Maven', 'Docker']);
  expect(faultsOf({ java, maven: null, jars: { directory: '/cache', version: '4.1.1' } })).toEqual([]);
  expect(faultsOf({ docker: null })).toEqual([]);
  expect(faultsOf({}, { hasBroker: true, videoSources: [] })).toEqual([]);
  expect(faultsOf({ node: '20.18.3' }, { hasBroker: true, videoSources: ['film'] })).toEqual(['Node', 'ffmpeg']);
});

test('a disk is judged by what the topics may take, and only where the broker is ours', () => {
  const mark = (freeBytes: number, isLocal: boolean): string =>
    judgeDisk({ directory: '/data', freeBytes }, needs(), isLocal).mark;

  expect([mark(3000 * MB, true), mark(1000 * MB, true), mark(100 * MB, true)]).toEqual(['ok', 'warning', 'fault']);
  expect(mark(100 * MB, false)).toBe('ok');
});

test('topics are told by what `up` would do with them', () => {
  const checks = judgeTopics([
    { topic: 'new', verdict: 'created', notes: [] },
    { topic: 'same', verdict: 'unchanged', notes: [] },
    { topic: 'other', verdict: 'unchanged', notes: ['It has 4 partitions and keeps them; the default would be 2.'] },
    { topic: 'small', verdict: 'altered', notes: ['max.message.bytes was 1000, now 2000.'] },
    { topic: 'large', verdict: 'conflict', notes: ['topic "large" has 4 partitions; write partitions: 4'] },
  ]);

  expect(checks.map(({ mark, what, found }) => `${mark} ${what}: ${found}`)).toEqual([
    'ok topics: 1 are there as planned',
    'ok topics: 1 are not there; `up` creates them: new',
    'ok other: It has 4 partitions and keeps them; the default would be 2.',
    'warning small: max.message.bytes was 1000, will be 2000.',
    'fault large: topic "large" has 4 partitions',
  ]);
  expect(checks.at(-1)?.mend).toBe('write partitions: 4');
});

test('each right that lacks is a fault of its own', () => {
  expect(judgeRights([]).map(({ mark }) => mark)).toEqual(['ok']);
  expect(judgeRights(['write topic "a"', 'read group "g"']).map(({ mark, found }) => `${mark} ${found}`)).toEqual([
    'fault this user may not write topic "a"',
    'fault this user may not read group "g"',
  ]);
});
