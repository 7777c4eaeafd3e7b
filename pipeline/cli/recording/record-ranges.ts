import { UserError } from '../../errors/pipeline-error.ts';
import type { OffsetRange } from '../../ports/admin.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PartitionReader } from '../../ports/partition-reader.ts';
import type { RecordingWriter } from '../../recording/recording-writer.ts';

const LOOK_AGAIN_MS = 200;

/** What recording takes. */
export interface RecordPorts {
  readonly reader: PartitionReader;
  readonly writer: RecordingWriter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface Wanted {
  readonly ranges: readonly OffsetRange[];
  /** Goes on with what comes after the ranges. */
  readonly follows: boolean;
  readonly limit: number;
}

/** Records partition after partition, round after round; tells how many records were deleted before they were read. */
export async function recordRanges(ports: RecordPorts, { ranges, follows, limit }: Wanted): Promise<bigint> {
  const { writer, clock, signal } = ports;
  const next = new Map(ranges.map((range) => [range.partition, range.from]));
  let lost = 0n;
  while (!signal.aborted && writer.records < limit) {
    const before = writer.records;
    for (const range of ranges) {
      const from = next.get(range.partition) ?? range.from;
      const stretch = { ...range, from };
      const { position, missed } = await recordOnce(ports, { stretch, follows, limit });
      next.set(range.partition, position);
      lost += missed;
    }
    if (!follows) break;
    if (writer.records === before) await clock.sleep(LOOK_AGAIN_MS, signal);
  }
  return lost;
}

interface Stretch {
  readonly stretch: OffsetRange;
  readonly follows: boolean;
  readonly limit: number;
}

/** Records what a partition holds now; where to go on. */
async function recordOnce(
  { reader, writer, signal }: RecordPorts,
  { stretch: { topic, partition, from, to }, follows, limit }: Stretch,
): Promise<{ readonly position: bigint; readonly missed: bigint }> {
  let position = from;
  try {
    const reading = await reader.open({ topic, partition }, signal);
    const end = follows || reading.end < to ? reading.end : to;
    const missed = reading.low > from ? reading.low - from : 0n;
    if (position >= end) return { position, missed: 0n };
    for await (const { records, nextOffset } of reading.batches(from)) {
      const wanted = records.filter(({ offset }) => offset < end).slice(0, limit - writer.records);
      await writer.add(wanted);
      position = nextOffset;
      if (position >= end || writer.records >= limit) break;
    }
    return { position, missed };
  } catch (error) {
    // At the end the reader is closed under its fetch; what the disk says is told all the same.
    if (signal.aborted && !(error instanceof UserError)) return { position, missed: 0n };
    throw error;
  }
}
