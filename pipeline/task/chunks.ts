import type { Admitted } from './freshness-gate.ts';

/** Limits of one unit of process, produce and commit. */
export interface ChunkLimits {
  readonly records: number;
  /** Of the inputs, and of the outputs they are expected to make. */
  readonly bytes: number;
}

/** Most bytes of the first run of a task, of which nobody knows yet what it makes. */
const FIRST_RUN_BYTES = 262_144;

/**
 * Cuts the records of a task into runs within the limits; a record larger than `bytes` makes a run of its own. Outputs of
 * a run wait together in memory: a stage whose outputs are larger than its inputs (pictures that are decoded) gets
 * shorter runs, by what the run before made of its inputs.
 */
export class Chunks {
  readonly #limits: ChunkLimits;
  #growth: number | null = null;

  constructor(limits: ChunkLimits) {
    this.#limits = limits;
  }

  /** The next run of the records, beginning with the one at `start`. */
  next(admitted: readonly Admitted[], start: number): readonly Admitted[] {
    const { bytes: limit } = this.#limits;
    const most = this.#growth === null ? Math.min(limit, FIRST_RUN_BYTES) : limit / this.#growth;
    let end = start;
    for (let bytes = 0; end < admitted.length && end - start < this.#limits.records; end++) {
      bytes += sizeOf(admitted[end]);
      if (end > start && bytes > most) break;
    }
    return admitted.slice(start, end);
  }

  /** Tells how many bytes came of a run. */
  made(chunk: readonly Admitted[], outputBytes: number): void {
    const inputBytes = chunk.reduce((sum, admitted) => sum + sizeOf(admitted), 0);
    // Halved at most: a run whose records were all filtered out says little about the next one.
    this.#growth = Math.max(1, (this.#growth ?? 1) / 2, outputBytes / Math.max(1, inputBytes));
  }
}

function sizeOf(admitted: Admitted | undefined): number {
  return admitted?.record.value?.length ?? 0;
}
