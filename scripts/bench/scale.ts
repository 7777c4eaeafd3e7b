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
