import { partitionName } from '../kafka/epoch.ts';
import type { TopicPartition } from '../ports/consumer.ts';
import type { Group } from './group.ts';
import type { PartitionLog } from './partition-log.ts';

/** How far a partition is read in one epoch. */
export interface Cursor extends TopicPartition {
  readonly log: PartitionLog;
  /** Next offset to hand out. */
  position: bigint;
  /** What is committed, or where the partition began: commits go up from here. */
  committed: bigint;
  /** Highest offset that shall be committed. */
  wanted: bigint;
  /** Settles when all that is wanted is committed; null while nothing is. */
  committing: Promise<void> | null;
  /** The beginning is no commit of the group yet, but shall be one. */
  readonly commitStart: boolean;
  /** Offset from which on records were deleted before this group read them, or null. */
  readonly lostFrom: bigint | null;
}

/** Where partitions begin that nothing is committed for, or all of them. */
export interface StartRule {
  readonly startAt: 'earliest' | 'latest';
  /** What is committed does not count. */
  readonly reset: boolean;
}

/** Where a partition begins when the group gives it to a member. */
export function cursorOf(log: PartitionLog, group: Group, { startAt, reset }: StartRule): Cursor {
  const known = reset ? undefined : group.committed.get(partitionName(log.partition))?.offset;
  const isLatest = reset || startAt === 'latest';
  const at = known ?? (isLatest ? log.stableEnd : log.low);
  return {
    ...log.partition,
    log,
    position: at < log.low ? log.low : at,
    committed: at,
    wanted: at,
    committing: null,
    commitStart: known === undefined && isLatest,
    lostFrom: known !== undefined && known < log.low ? known : null,
  };
}
