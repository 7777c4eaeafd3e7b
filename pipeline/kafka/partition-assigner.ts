import type { GroupMember, PartitionAssigner } from 'kafkajs';
import { messageOf } from '../errors/pipeline-error.ts';
import { partitionsOf } from './client.ts';
import { AssignerProtocol } from './kafkajs.ts';

const NAME = 'tapline-copartition';
const VERSION = 0;

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

/** The assigner every consumer of ours brings; members of one group must all have it. */
export const copartitionAssigner: PartitionAssigner = ({ cluster, logger }) => ({
  name: NAME,
  version: VERSION,
  async assign({ members }) {
    const subscriptions = members.map(subscriptionOf);
    // While members with an older topology leave, others may read topics that the leader itself does not.
    const topics = [...new Set(subscriptions.flatMap((subscription) => subscription.topics))];
    await cluster.addMultipleTargetTopics(topics).catch((error: unknown) => {
      // A topic of theirs may be gone: then nobody gets partitions of it.
      logger.warn(`metadata of ${topics.join(', ')} is not complete: ${messageOf(error)}`);
    });
    return [...assignPartitions(subscriptions, (topic) => partitionsOf(cluster, topic))].map(
      ([memberId, assignment]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: VERSION,
          assignment,
          userData: Buffer.alloc(0),
        }),
      }),
    );
  },
  protocol: ({ topics }) => ({
    name: NAME,
    metadata: AssignerProtocol.MemberMetadata.encode({ version: VERSION, topics, userData: Buffer.alloc(0) }),
  }),
});

function subscriptionOf({ memberId, memberMetadata }: GroupMember): Subscription {
  return { memberId, topics: AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics ?? [] };
}
