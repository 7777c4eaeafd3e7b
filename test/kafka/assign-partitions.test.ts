import { expect, test } from 'vitest';
import { assignPartitions } from '../../pipeline/kafka/assign-partitions.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const counts: Readonly<Record<string, number>> = { a: 5, b: 5, c: 2 };
const partitionsOf = (topic: string): number[] => numbers(counts[topic] ?? 0);

test('equal numbers go to one member, balanced, whatever the order of the members', () => {
  const members = ['m2', 'm1'].map((memberId) => ({ memberId, topics: ['a', 'b'] }));

  const assignments = assignPartitions(members, partitionsOf);

  expect(Object.fromEntries(assignments)).toEqual({
    m1: { a: [0, 2, 4], b: [0, 2, 4] },
    m2: { a: [1, 3], b: [1, 3] },
  });
  expect(assignPartitions([...members].reverse(), partitionsOf)).toEqual(assignments);
});

test('a topic goes only to members that read it', () => {
  const assignments = assignPartitions(
    [
      { memberId: 'old', topics: ['a'] },
      { memberId: 'young', topics: ['a', 'c'] },
    ],
    partitionsOf,
  );

  expect(Object.fromEntries(assignments)).toEqual({ old: { a: [0, 2, 4] }, young: { a: [1, 3], c: [0, 1] } });
});

test('members beyond the number of partitions get nothing', () => {
  const members = ['m1', 'm2', 'm3'].map((memberId) => ({ memberId, topics: ['c'] }));

  expect(Object.fromEntries(assignPartitions(members, partitionsOf))).toEqual({
    m1: { c: [0] },
    m2: { c: [1] },
    m3: {},
  });
});
