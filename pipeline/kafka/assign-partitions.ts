/** What a member of a group reads. */
export interface Subscription {
  readonly memberId: string;
  readonly topics: readonly string[];
}

/** Partition numbers by topic. */
export type Assignment = Record<string, number[]>;

/**
 * Gives partition p of every topic to the same member, as joins across topics need it: member number p modulo the
 * number of members that read the topic, in the order of their ids. No member gets more than one more than another.
 */
export function assignPartitions(
  members: readonly Subscription[],
  partitionsOf: (topic: string) => readonly number[],
): ReadonlyMap<string, Assignment> {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const assignments = new Map(sorted.map(({ memberId }): [string, Assignment] => [memberId, {}]));
  for (const topic of new Set(sorted.flatMap(({ topics }) => topics))) {
    const readers = sorted.filter(({ topics }) => topics.includes(topic));
    for (const partition of partitionsOf(topic)) {
      const reader = readers[partition % readers.length];
      const assignment = reader && assignments.get(reader.memberId);
      if (assignment) (assignment[topic] ??= []).push(partition);
    }
  }
  return assignments;
}
