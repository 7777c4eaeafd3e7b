import type { Clock } from '../ports/clock.ts';

interface Sleeper {
  readonly wakeMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  #nowMs: number;

  constructor(nowMs = 0) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  nowUs(): number {
    return Math.round(this.#nowMs * 1000);
  }

  /** No time at all is one turn of the event loop. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    if (ms <= 0) return new Promise((resolve) => setImmediate(resolve));
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { wakeMs: this.#nowMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake);
    });
  }

  /** When the next one who sleeps wakes up; null where nobody sleeps. */
  get nextWakeMs(): number | null {
    let next: number | null = null;
    for (const { wakeMs } of this.#sleepers) if (next === null || wakeMs < next) next = wakeMs;
    return next;
  }

  /** Moves on to a time, never back; wakes whose time has come, the earliest first. */
  advanceTo(timeMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, timeMs);
    const due = [...this.#sleepers].filter(({ wakeMs }) => wakeMs <= this.#nowMs);
    for (const { wake } of due.sort((a, b) => a.wakeMs - b.wakeMs)) wake();
  }
}
