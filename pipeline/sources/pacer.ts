import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';

/** Further behind than this, the schedule begins anew: a source that was held up goes on at its pace, without a burst. */
const MAX_BEHIND_US = 500_000;

/** Option `pace` of sources that have a pace of their own. */
export const paceOption = z
  .enum(['real', 'fast'])
  .describe('real: as time passes; fast: as quickly as the stages take the records.');

/** Waits for the moment each record is due. */
export interface Pacer {
  /** Resolves when `intervalUs` have passed since the last record was due, or at once when the signal aborts. */
  next(intervalUs: number): Promise<void>;
}

/** A schedule without drift: late records do not delay those after them. */
export function createPacer(pace: 'real' | 'fast', clock: Clock, signal: AbortSignal): Pacer {
  if (pace === 'fast') return { next: async () => undefined };
  let dueUs: number | null = null;
  return {
    next: async (intervalUs) => {
      const nowUs = clock.nowUs();
      dueUs = dueUs === null ? nowUs : dueUs + intervalUs;
      if (nowUs - dueUs > MAX_BEHIND_US) dueUs = nowUs;
      if (dueUs > nowUs) await clock.sleep((dueUs - nowUs) / 1000, signal);
    },
  };
}
