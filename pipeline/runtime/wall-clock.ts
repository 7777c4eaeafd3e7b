import type { Clock } from '../ports/clock.ts';
import type { Punctuation } from '../ports/processor.ts';

/** Strikes for each punctuation on wall-clock time, one after the other, until it is stopped. */
export class WallClock {
  readonly #clock: Clock;
  readonly #stopping = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `strike` shall not reject: who owns the task hears of its failures. */
  start(schedule: readonly Punctuation[], strike: (punctuation: Punctuation, timeMs: number) => Promise<void>): void {
    for (const punctuation of schedule) if (punctuation.on === 'wallClockTime') void this.#run(punctuation, strike);
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #run(
    punctuation: Punctuation,
    strike: (punctuation: Punctuation, timeMs: number) => Promise<void>,
  ): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await this.#clock.sleep(punctuation.everyMs, signal);
      if (signal.aborted) return;
      await strike(punctuation, this.#clock.nowMs());
    }
  }
}
