import type { Clock } from '../ports/clock.ts';

interface Sleeper {
  /** By the time that has passed, which no jump changes. */
  readonly wakeAfterMs: number;
  readonly wake: () => void;
  readonly owner: LentClock | null;
}

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  #startMs: number;
  #passedMs = 0;

  constructor(nowMs = 0) {
    this.#startMs = nowMs;
  }

  nowMs(): number {
    return this.#startMs + this.#passedMs;
  }

  nowUs(): number {
    return Math.round(this.nowMs() * 1000);
  }

  /** No time at all is one turn of the event loop. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.sleepFor(null, ms, signal);
  }

  /** Sleeps on behalf of one who may die. */
  sleepFor(owner: LentClock | null, ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    if (ms <= 0) return new Promise((resolve) => setImmediate(resolve));
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { wakeAfterMs: this.#passedMs + ms, wake, owner };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake);
    });
  }

  /** When the next one who sleeps wakes up; null where nobody sleeps. */
  get nextWakeMs(): number | null {
    let next: number | null = null;
    for (const { wakeAfterMs } of this.#sleepers) if (next === null || wakeAfterMs < next) next = wakeAfterMs;
    return next === null ? null : this.#startMs + next;
  }

  /** Moves on to a time, never back; wakes whose time has come, the earliest first. */
  advanceTo(timeMs: number): void {
    this.#passedMs = Math.max(this.#passedMs, timeMs - this.#startMs);
    const due = [...this.#sleepers].filter(({ wakeAfterMs }) => wakeAfterMs <= this.#passedMs);
    for (const { wake } of due.sort((a, b) => a.wakeAfterMs - b.wakeAfterMs)) wake();
  }

  /** Is set to another time, forwards or back, while none passes: who sleeps sleeps on. */
  jump(ms: number): void {
    this.#startMs += ms;
  }

  /** The same clock for one who may die. */
  lend(): LentClock {
    return new LentClock(this);
  }

  /** Who slept on behalf of this one never wakes up. */
  forget(owner: LentClock): void {
    for (const sleeper of this.#sleepers) if (sleeper.owner === owner) this.#sleepers.delete(sleeper);
  }
}

/** A clock as one process has it: nobody in it wakes up after it has died. */
export class LentClock implements Clock {
  readonly #clock: ManualClock;
  #isDead = false;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  nowUs(): number {
    return this.#clock.nowUs();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#isDead ? new Promise(() => undefined) : this.#clock.sleepFor(this, ms, signal);
  }

  die(): void {
    this.#isDead = true;
    this.#clock.forget(this);
  }
}
