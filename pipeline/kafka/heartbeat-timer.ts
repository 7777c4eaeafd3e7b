/**
 * Beats while work is under way: kafkajs itself only beats between batches, and the group would take a long batch for
 * a dead member.
 */
export class HeartbeatTimer {
  readonly #intervalMs: number;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #working = 0;

  constructor(intervalMs: number, onError: (error: unknown) => void) {
    this.#intervalMs = intervalMs;
    this.#onError = onError;
  }

  /** Runs `work`, calling `beat` all the while. What `beat` throws goes to `onError`, not to the work. */
  async during<T>(beat: () => Promise<void>, work: () => Promise<T>): Promise<T> {
    this.#working++;
    this.#timer ??= setInterval(() => void beat().catch(this.#onError), this.#intervalMs);
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
