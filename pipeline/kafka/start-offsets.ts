import type { Cluster } from 'kafkajs';
import type { LogPlace, TopicPartition } from '../ports/consumer.ts';
import { partitionName } from './epoch.ts';
import { committedOffsets, offsetsAt, type Offsets } from './offsets.ts';

/** Where a partition begins when the group gives it to this member. */
export type Start =
  | { readonly from: 'committed'; readonly otherwise: 'earliest' | 'latest' }
  | { readonly from: 'log'; readonly place: LogPlace; readonly commit?: boolean }
  | { readonly from: 'offset'; readonly offset: bigint };

/** How far a partition is read in one epoch. */
export interface Cursor extends TopicPartition {
  /** Next offset to hand out. */
  position: bigint;
  /** Between this offset, to which the handler has come, and the position there is nothing to read but markers. */
  handledTo: bigint;
  /** What is committed, or where the partition began: commits go up from here. */
  committed: bigint;
  /** The beginning is not committed yet but shall be, or a restart would skip what comes until the first commit. */
  commitStart: boolean;
  /** Highest offset that shall be committed. */
  wanted: bigint;
  /** Settles when all that is wanted is committed; null while nothing is. */
  committing: Promise<void> | null;
  /** The fetch position was moved back and kafkajs has not fetched from there yet. */
  rewound: boolean;
  /** Offset from which on records were deleted before this group read them, or null. */
  lostFrom: bigint | null;
}

/** Looks up where each partition begins. */
export async function resolveStarts(
  cluster: Cluster,
  groupId: string,
  starts: readonly (TopicPartition & { readonly start: Start })[],
): Promise<ReadonlyMap<string, Cursor>> {
  const ofGroup = starts.filter(({ start }) => start.from === 'committed');
  const [low, committed] = await Promise.all([
    offsetsAt(cluster, starts, 'earliest'),
    committedOffsets(cluster, groupId, ofGroup),
  ]);
  const cursors = new Map<string, Cursor>();
  for (const { topic, partition, start } of starts) {
    const name = partitionName({ topic, partition });
    const known = committed.get(name);
    const at = known ?? (await placeOf({ topic, partition }, { cluster, start, low }));
    const begin = low.get(name) ?? 0n;
    const position = at < begin ? begin : at;
    const commitStart = known === undefined && isToBeCommitted(start);
    const lostFrom = known !== undefined && known < begin ? known : null;
    const progress = { position, handledTo: position, committed: at, wanted: at, committing: null };
    cursors.set(name, { topic, partition, ...progress, rewound: goesBack(start), commitStart, lostFrom });
  }
  return cursors;
}

async function placeOf(
  partition: TopicPartition,
  { cluster, start, low }: { readonly cluster: Cluster; readonly start: Start; readonly low: Offsets },
): Promise<bigint> {
  const name = partitionName(partition);
  if (start.from === 'offset') {
    const end = (await offsetsAt(cluster, [partition], 'latest')).get(name) ?? start.offset;
    return start.offset < end ? start.offset : end;
  }
  const place = start.from === 'committed' ? start.otherwise : start.place;
  const offsets = place === 'earliest' ? low : await offsetsAt(cluster, [partition], place);
  return offsets.get(name) ?? 0n;
}

/** kafkajs knows of what is committed alone, and would wait there. */
function goesBack(start: Start): boolean {
  return start.from === 'log' && start.commit === true && start.place !== 'latest';
}

function isToBeCommitted(start: Start): boolean {
  return start.from === 'committed' ? start.otherwise === 'latest' : start.from === 'log' && start.commit === true;
}

/**
 * Commits where partitions began at their end: without it, a restart before the first record would begin at a later
 * end and skip what came in between. The generation is named, so the broker refuses what comes too late.
 */
export async function commitStarts(
  cursors: readonly Cursor[],
  cluster: Cluster,
  member: { readonly groupId: string; readonly memberId: string; readonly generation: number },
): Promise<void> {
  const { groupId, memberId, generation } = member;
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const topics = cursors.map(({ topic, partition, committed }) => ({
    topic,
    partitions: [{ partition, offset: String(committed) }],
  }));
  await coordinator.offsetCommit({ groupId, groupGenerationId: generation, memberId, topics });
  for (const cursor of cursors) cursor.commitStart = false;
}
