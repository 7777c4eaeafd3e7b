import type { Clock } from '../ports/clock.ts';

/** So long a chunk of synchronous records keeps the process to itself. */
const WORK_MS = 200;

/** Gives heartbeats and commits their turn between records that take long and never wait. */
export class Breather {
  readonly #clock: Clock;
  #lastMs = performance.now();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isDue(): boolean {
    return performance.now() - this.#lastMs >= WORK_MS;
  }

  async take(): Promise<void> {
    await this.#clock.sleep(0);
    this.#lastMs = performance.now();
  }
}
