import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, Cluster } from 'kafkajs';
import { errorTypeOf, reactionTo } from './failure.ts';

const RETRY_MS = 100;
const DEADLINE_MS = 5_000;

interface Member {
  readonly groupId: string;
  readonly memberId: string;
}

/** kafkajs has it, its types do not. */
type Coordinator = Broker & { leaveGroup(member: Member): Promise<unknown> };

/** Leaves the group on behalf of a member; one that is gone already is fine. Asks again while the coordinator starts. */
export async function removeMember(cluster: Cluster, member: Member): Promise<void> {
  for (const deadline = performance.now() + DEADLINE_MS; ;) {
    try {
      const coordinator = (await cluster.findGroupCoordinator({ groupId: member.groupId })) as Coordinator;
      await coordinator.leaveGroup(member);
      return;
    } catch (error) {
      if (errorTypeOf(error) === 'UNKNOWN_MEMBER_ID') return;
      if (reactionTo(error) !== 'away' || performance.now() > deadline) throw error;
      await sleep(RETRY_MS);
    }
  }
}
