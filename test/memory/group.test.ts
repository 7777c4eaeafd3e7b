import { expect, test } from 'vitest';
import { Group, type Joined, type Member } from '../../pipeline/memory/group.ts';

const offset = { topic: 't', partition: 0, offset: 5n, metadata: '' };

function member(memberId: string, rebalanced: string[] = []): Member {
  return { memberId, clientId: 'c', topics: ['t'], onRebalance: () => void rebalanced.push(memberId) };
}

test('a generation begins when the last member has joined again, and commits of the old one count until then', async () => {
  const group = new Group('g', () => [0, 1]);
  const rebalanced: string[] = [];
  const first = (await group.join(member('a', rebalanced)))!;
  expect(first.partitions).toHaveLength(2);

  const joining = group.join(member('b', rebalanced));
  expect(rebalanced).toEqual(['a']);
  expect(() => group.heartbeat('a', first.generation)).toThrow('REBALANCE_IN_PROGRESS');
  group.commit('a', first.generation, [offset]);
  expect(group.holds('a', first.generation)).toBe(true);
  const again = group.join(member('a', rebalanced));
  const shares = (await Promise.all([again, joining])) as Joined[];

  expect(shares.map(({ partitions }) => partitions)).toEqual([
    [{ topic: 't', partition: 0 }],
    [{ topic: 't', partition: 1 }],
  ]);
  expect(group.committed.get('t-0')).toEqual(offset);
  expect(group.holds('a', first.generation)).toBe(false);
  expect(() => group.commit('a', first.generation, [offset])).toThrow('ILLEGAL_GENERATION');
});

test('who was taken out commits nothing more, and who waits for the others hears that he has left', async () => {
  const group = new Group('g', () => [0]);
  const { generation } = (await group.join(member('a')))!;
  const waiting = group.join(member('b'));

  group.leave('b');
  group.remove('a');

  expect(await waiting).toBeNull();
  expect(group.holds('a', generation)).toBe(false);
  expect(() => group.commit('a', generation, [offset])).toThrow('UNKNOWN_MEMBER_ID');
  expect(group.committed.size).toBe(0);
});
