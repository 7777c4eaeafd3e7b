import type { GroupMember, PartitionAssigner } from 'kafkajs';
import { messageOf } from '../errors/pipeline-error.ts';
import { assignPartitions, type Subscription } from './assign-partitions.ts';
import { partitionsOf } from './client.ts';
import { AssignerProtocol } from './kafkajs.ts';

const NAME = 'tapline-copartition';
const VERSION = 0;

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
