import type { GuaranteeScale } from './guarantees.ts';
import type { StateScale } from './state.ts';

/** How much is measured. */
export interface Scale {
  /** Pictures of the workload; they are sent again and again. */
  readonly pictures: number;
  /** Times that loop and pipeline are measured in turn; the round with the median ratio counts. */
  readonly rounds: number;
  readonly warmUpFrames: number;
  readonly seconds: number;
  readonly latencyFrames: number;
  readonly records: number;
}

export const QUICK: Scale = {
  pictures: 40,
  rounds: 1,
  warmUpFrames: 60,
  seconds: 4,
  latencyFrames: 60,
  records: 80_000,
};
export const FULL: Scale = {
  pictures: 120,
  rounds: 3,
  warmUpFrames: 150,
  seconds: 15,
  latencyFrames: 600,
  records: 400_000,
};

export const QUICK_GUARANTEES: GuaranteeScale = { rounds: 1, bytes: 100_000_000, records: 100_000 };
export const FULL_GUARANTEES: GuaranteeScale = { rounds: 3, bytes: 400_000_000, records: 400_000 };

export const QUICK_STATE: StateScale = { rounds: 1, records: 100_000, keys: 200_000 };
export const FULL_STATE: StateScale = { rounds: 3, records: 400_000, keys: 1_000_000 };
