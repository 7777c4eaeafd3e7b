import type { Admitted } from './freshness-gate.ts';

/** Limits of one unit of process, produce and commit. */
export interface ChunkLimits {
  readonly records: number;
  readonly bytes: number;
}

/** Cuts records into runs within the limits; a record larger than `bytes` makes a run of its own. */
export function* chunksOf(admitted: readonly Admitted[], limits: ChunkLimits): Generator<readonly Admitted[]> {
  let start = 0;
  let bytes = 0;
  for (const [index, { record }] of admitted.entries()) {
    const size = record.value?.length ?? 0;
    if (index > start && (index - start >= limits.records || bytes + size > limits.bytes)) {
      yield admitted.slice(start, index);
      start = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < admitted.length) yield admitted.slice(start);
}
