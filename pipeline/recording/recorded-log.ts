import type { OffsetRange } from '../ports/admin.ts';
import type { InputLog } from '../runtime/replay/range-input.ts';
import type { Recording } from './recording.ts';

/** Where a stretch of a recording begins or ends; null: where the recording does. */
export interface RecordedBound {
  readonly partition: number | null;
  readonly offset?: bigint;
  readonly timestampMs?: number;
}

/** Recordings as the topics of a stage, each under the name of an input. */
export function recordedLog(recordings: ReadonlyMap<string, Recording>): InputLog {
  return {
    async *read({ topic, partition, from, to }, signal) {
      const recording = recordings.get(topic);
      if (!recording) return;
      for await (const piece of recording.pieces(partition)) {
        if (signal.aborted) return;
        const nextOffset = (piece.at(-1)?.offset ?? -1n) + 1n;
        const records = piece.filter(({ offset }) => offset >= from && offset < to);
        if (nextOffset > from) yield { records: records.map((record) => ({ ...record, topic })), nextOffset };
        if (nextOffset >= to) return;
      }
    },
  };
}

/** The offsets a recording has between two bounds, partition by partition; it is read through for that. */
export async function recordedRanges(
  recording: Recording,
  topic: string,
  { from, to }: { readonly from: RecordedBound | null; readonly to: RecordedBound | null },
): Promise<readonly OffsetRange[]> {
  const ranges: OffsetRange[] = [];
  for (const partition of recording.partitions) {
    if (![from, to].every((bound) => bound === null || bound.partition === null || bound.partition === partition))
      continue;
    let [first, end, past]: [bigint | null, bigint, boolean] = [null, 0n, false];
    for await (const piece of recording.pieces(partition)) {
      for (const { offset, timestampMs } of piece) {
        if (to && isAtOrAfter({ offset, timestampMs }, to)) past = true;
        if (past) break;
        if (first === null && (!from || isAtOrAfter({ offset, timestampMs }, from))) first = offset;
        end = offset + 1n;
      }
      if (past) break;
    }
    if (first !== null) ranges.push({ topic, partition, from: first, to: end });
  }
  return ranges;
}

function isAtOrAfter(
  record: { readonly offset: bigint; readonly timestampMs: number },
  { offset, timestampMs }: RecordedBound,
): boolean {
  return offset !== undefined ? record.offset >= offset : record.timestampMs >= (timestampMs ?? 0);
}
