import type { Cluster } from 'kafkajs';
import { expect, test } from 'vitest';
import { versionOf } from '../../pipeline/kafka/broker-version.ts';
import { missingRights } from '../../pipeline/kafka/rights.ts';

const uses = { creates: ['new'], reads: ['in'], writes: ['out'], groups: ['t.a'], transactionalIds: ['t.a.doctor'] };

/** A broker that refuses every request in its own way. */
function refusing(types: Readonly<Record<string, string | undefined>>): Cluster {
  const refuse = (request: string) => () => Promise.reject(Object.assign(new Error(request), { type: types[request] }));
  const requests = ['createTopics', 'fetch', 'produce', 'heartbeat', 'endTxn'];
  const broker = Object.fromEntries(requests.map((request) => [request, refuse(request)]));
  return { refreshMetadata: async () => undefined, findControllerBroker: async () => broker } as unknown as Cluster;
}

const allowed = {
  createTopics: 'TOPIC_ALREADY_EXISTS',
  fetch: 'UNKNOWN_TOPIC_OR_PARTITION',
  produce: 'UNKNOWN_TOPIC_OR_PARTITION',
  heartbeat: 'UNKNOWN_MEMBER_ID',
  endTxn: 'INVALID_PRODUCER_ID_MAPPING',
};

test('what is refused as impossible is allowed', async () => {
  expect(await missingRights(refusing(allowed), uses)).toEqual([]);
});

test('what is refused for want of a right is named', async () => {
  const cluster = refusing({
    createTopics: 'TOPIC_AUTHORIZATION_FAILED',
    fetch: 'TOPIC_AUTHORIZATION_FAILED',
    produce: 'TOPIC_AUTHORIZATION_FAILED',
    heartbeat: 'GROUP_AUTHORIZATION_FAILED',
    endTxn: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  });

  expect(await missingRights(cluster, uses)).toEqual([
    'create topic "new"',
    'read topic "in"',
    'write topic "out"',
    'read group "t.a"',
    'write transactional id "t.a.doctor"',
  ]);
});

test('a broker that does not answer is no missing right', async () => {
  const silent: Record<string, string | undefined> = { ...allowed, fetch: undefined };

  await expect(missingRights(refusing(silent), uses)).rejects.toThrow('fetch');
});

test('the version of a broker is that of the newest request it knows with all older ones', () => {
  const old = { 22: { maxVersion: 3 }, 13: { maxVersion: 4 } };
  const newer = { ...old, 60: { maxVersion: 0 }, 65: { maxVersion: 0 }, 74: { maxVersion: 1 }, 75: { maxVersion: 0 } };

  expect(versionOf({})).toBe('');
  expect(versionOf(old)).toBe('2.5');
  expect(versionOf({ ...newer, 26: { maxVersion: 4 } })).toBe('3.8');
  expect(versionOf({ ...newer, 26: { maxVersion: 5 } })).toBe('4.1');
});
