import type { Cluster } from 'kafkajs';
import type { GroupOffset, GroupState, PartitionOffset } from '../ports/admin.ts';
import { errorTypeOf } from './failure.ts';
import { occupiedGroup } from './occupied-group.ts';

/** What the broker answers to a commit from outside while the group has members. */
const OCCUPIED = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS']);
/** Of a commit that comes from no member. */
const NO_MEMBER = { groupGenerationId: -1, memberId: '' };

interface DescribedGroups {
  readonly groups: readonly {
    readonly members: readonly {
      readonly memberId: string;
      readonly clientId: string;
      readonly clientHost: string;
    }[];
  }[];
}

interface FetchedOffsets {
  readonly responses: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly offset: string;
      readonly metadata: string | null;
    }[];
  }[];
}

/** Asks the coordinator who is in a group. */
export async function groupState(cluster: Cluster, groupId: string): Promise<GroupState> {
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const { groups } = (await coordinator.describeGroups({ groupIds: [groupId] })) as DescribedGroups;
  const members = groups[0]?.members ?? [];
  return { members: members.map(({ memberId, clientId, clientHost: host }) => ({ memberId, clientId, host })) };
}

/** Everything a group has committed; naming no topic asks for all of them. */
export async function groupOffsets(cluster: Cluster, groupId: string): Promise<readonly GroupOffset[]> {
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const { responses } = (await coordinator.offsetFetch({ groupId, topics: [] })) as unknown as FetchedOffsets;
  return responses.flatMap(({ topic, partitions }) =>
    partitions
      .map(({ partition, offset, metadata }) => ({
        topic,
        partition,
        offset: BigInt(offset),
        metadata: metadata ?? '',
      }))
      .filter(({ offset }) => offset >= 0n),
  );
}

/** Commits for a group without members. @throws UserError ARGUMENT_INVALID where it has some. */
export async function commitForGroup(
  cluster: Cluster,
  groupId: string,
  offsets: readonly (PartitionOffset & { readonly metadata?: string })[],
): Promise<void> {
  const topics = [...new Set(offsets.map(({ topic }) => topic))].map((topic) => ({
    topic,
    partitions: offsets
      .filter((one) => one.topic === topic)
      .map(({ partition, offset, metadata = '' }) => ({ partition, offset: String(offset), metadata })),
  }));
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  try {
    await coordinator.offsetCommit({ groupId, ...NO_MEMBER, topics });
  } catch (error) {
    if (!OCCUPIED.has(errorTypeOf(error) ?? '')) throw error;
    throw occupiedGroup(groupId, error);
  }
}
