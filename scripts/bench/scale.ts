/** How much is measured. */
export interface Scale {
  /** Pictures of the workload; they are sent again and again. */
  readonly pictures: number;
  readonly warmUpFrames: number;
  readonly seconds: number;
  readonly latencyFrames: number;
  readonly records: number;
}

export const QUICK: Scale = { pictures: 40, warmUpFrames: 60, seconds: 5, latencyFrames: 60, records: 80_000 };
export const FULL: Scale = { pictures: 120, warmUpFrames: 150, seconds: 20, latencyFrames: 600, records: 400_000 };
