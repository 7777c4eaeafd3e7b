import { describe, expect, test } from 'vitest';
import type { Clock } from '../../pipeline/ports/clock.ts';

/** A clock under test. */
export interface ClockCase {
  readonly name: string;
  readonly create: () => { readonly clock: Clock; readonly pass: (ms: number) => Promise<void> };
}

/** What every clock must do. */
export function clockConformance({ name, create }: ClockCase): void {
  describe(`clock ${name}`, () => {
    test('who sleeps wakes when the time has passed and not before', async () => {
      const { clock, pass } = create();
      const woken: string[] = [];
      const begunMs = clock.nowMs();
      const late = clock.sleep(60).then(() => woken.push(`late`));
      const early = clock.sleep(20).then(() => woken.push('early'));

      await pass(20);
      await early;
      expect(woken).toEqual(['early']);
      await pass(60);
      await late;

      expect(woken).toEqual(['early', 'late']);
      expect(clock.nowMs() - begunMs).toBeGreaterThanOrEqual(59); // timers may be early by a fraction
    });

    test('no time at all passes by itself', async () => {
      await create().clock.sleep(0);
    });

    test('who is told to wake up does, at once, and never rejects', async () => {
      const { clock } = create();
      const stop = new AbortController();
      const sleeping = clock.sleep(60_000, stop.signal);

      stop.abort();

      await expect(sleeping).resolves.toBeUndefined();
      await expect(clock.sleep(60_000, stop.signal)).resolves.toBeUndefined();
    });

    test('milliseconds and microseconds are of one time', () => {
      const { clock } = create();

      expect(Math.abs(clock.nowUs() / 1000 - clock.nowMs())).toBeLessThan(50);
      expect(Number.isInteger(clock.nowUs())).toBe(true);
    });
  });
}
