/**
 * Beats while work is under way: kafkajs itself only beats between batches, and the group would take a long batch for
 * a dead member.
 */
export class HeartbeatTimer {
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | null = null;
  #working = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Runs `work`, calling `beat`, which shall not reject, all the while. Works that overlap share one timer. */
  async during<T>(beat: () => Promise<void>, work: () => Promise<T>): Promise<T> {
    this.#working++;
    this.#timer ??= setInterval(() => void beat(), this.#intervalMs);
    try {
      return await work();
    } finally {
      if (--this.#working === 0) this.#stop();
    }
  }

  #stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }
}
