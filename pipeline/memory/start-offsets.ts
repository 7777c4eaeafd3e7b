import { partitionName } from '../kafka/epoch.ts';
import type { LogPlace, TopicPartition } from '../ports/consumer.ts';
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
  /** Where they begin whatever is committed; null: what is committed counts. */
  readonly resetTo: LogPlace | null;
}

/** Where a partition begins when the group gives it to a member. */
export function cursorOf(log: PartitionLog, group: Group, { startAt, resetTo }: StartRule): Cursor {
  const known = resetTo !== null ? undefined : group.committed.get(partitionName(log.partition))?.offset;
  const at = known ?? offsetOf(log, resetTo ?? startAt);
  return {
    ...log.partition,
    log,
    position: at < log.low ? log.low : at,
    committed: at,
    wanted: at,
    committing: null,
    commitStart: known === undefined && (resetTo !== null || startAt === 'latest'),
    lostFrom: known !== undefined && known < log.low ? known : null,
  };
}

/** The offset of a place in the log of a partition. */
export function offsetOf(log: PartitionLog, place: LogPlace): bigint {
  if (place === 'earliest') return log.low;
  return place === 'latest' ? log.stableEnd : log.offsetAt(place.timestampMs);
}
