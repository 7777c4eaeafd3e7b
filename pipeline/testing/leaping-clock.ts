import type { Clock } from '../ports/clock.ts';

/** A clock on which nobody waits: whoever sleeps finds that the time has passed. */
export function leapingClock(startMs: number): Clock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    nowUs: () => Math.round(nowMs * 1000),
    sleep: async (ms) => {
      nowMs += Math.max(0, ms);
      await new Promise((resolve) => setImmediate(resolve)); // others have their turn
    },
  };
}
