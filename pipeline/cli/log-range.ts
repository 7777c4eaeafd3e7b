import type { Admin, OffsetRange, PartitionOffset, TopicDescription } from '../ports/admin.ts';
import type { LogPosition } from './log-position.ts';

/** Where a position is in each partition of topics; partitions it does not name are absent. */
export async function placesOf(
  admin: Admin,
  topics: readonly TopicDescription[],
  position: LogPosition,
): Promise<readonly PartitionOffset[]> {
  if (typeof position === 'string' || 'timestampMs' in position)
    return admin.offsetsAt(
      topics.map(({ name }) => name),
      position,
    );
  return topics
    .flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })))
    .filter(({ partition }) => position.partition === null || position.partition === partition)
    .map((place) => ({ ...place, offset: position.offset }));
}

/** A stretch of each partition. */
export interface Bounds {
  readonly from: LogPosition;
  readonly to: LogPosition;
}

/** What topics hold between two positions, partition by partition; a position that names one partition chooses it alone. */
export async function rangesOf(
  admin: Admin,
  topics: readonly TopicDescription[],
  { from, to }: Bounds,
): Promise<readonly OffsetRange[]> {
  const [starts, ends] = await Promise.all([placesOf(admin, topics, from), placesOf(admin, topics, to)]);
  return topics.flatMap(({ name: topic, partitions }) =>
    partitions.flatMap(({ partition, low, high }): OffsetRange[] => {
      const at = (places: readonly PartitionOffset[]): bigint | undefined =>
        places.find((place) => place.topic === topic && place.partition === partition)?.offset;
      const [start, end] = [at(starts), at(ends)];
      if (start === undefined || end === undefined) return [];
      const first = within(start, low, high);
      return [{ topic, partition, from: first, to: within(end, first, high) }];
    }),
  );
}

function within(offset: bigint, low: bigint, high: bigint): bigint {
  return offset < low ? low : offset > high ? high : offset;
}
