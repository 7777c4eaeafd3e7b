/** Time as an argument: everything that waits or stamps asks a clock, so that tests can own it. */
export interface Clock {
  /** Wall-clock time, milliseconds since 1970 UTC. */
  nowMs(): number;
  /** Wall-clock time, integer microseconds since 1970 UTC. */
  nowUs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts (never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
