import type { StageName } from './chaos-topology.ts';

/** The processes that run a topology, as the faults need them. */
export interface Workers {
  /** Numbers of the processes that take part in a stage. */
  pids(stage: StageName): Promise<readonly number[]>;
  /** Starts one more; resolves when it takes part. */
  add(stage: StageName): Promise<void>;
  /** Starts one in the place of one that was ended, where nobody else does. */
  replace(stage: StageName): Promise<void>;
  /** Asks a process to end, and waits for it. */
  remove(stage: StageName, pid: number): Promise<void>;
  kill(pid: number): Promise<void>;
  /** Ends all of them in good order. */
  stop(): Promise<void>;
  /** Processes that ended though nobody wanted it, or not when they were asked to. */
  readonly complaints: readonly string[];
}

export interface WorkersOrder {
  /** `dist/pipeline/cli/main.js` */
  readonly main: string;
  readonly bootstrap: string;
  readonly directory: string;
  readonly file: string;
  readonly unsafe: string | null;
  /** Of each worker at the beginning. */
  readonly counts: Readonly<Record<StageName, number>>;
}
