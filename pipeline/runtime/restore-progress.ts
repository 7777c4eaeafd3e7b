import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';

const TELL_MS = 2_000;

interface Parts {
  readonly task: string;
  readonly store: string;
  /** Offsets to go through. */
  readonly total: bigint;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Tells how a restore goes that takes longer than two seconds, and what a shorter one has done where there was anything. */
export class RestoreProgress {
  readonly #parts: Parts;
  readonly #startedMs: number;
  #toldMs: number;
  #records = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#startedMs = parts.clock.nowMs();
    this.#toldMs = this.#startedMs;
  }

  restored(records: number, left: bigint): void {
    this.#records += records;
    const nowMs = this.#parts.clock.nowMs();
    if (nowMs - this.#toldMs < TELL_MS) return;
    this.#toldMs = nowMs;
    const { task, store, total, log } = this.#parts;
    const done = Number(total - left) / Math.max(1, Number(total));
    const leftS = Math.ceil((this.#elapsedS() / Math.max(done, 0.001)) * (1 - done));
    log.info({ task, store }, `restoring store "${store}" of ${task}: ${this.#figures()}, about ${leftS} s left`);
  }

  end(): void {
    if (this.#records === 0) return;
    const { task, store, log } = this.#parts;
    log.info(
      { task, store },
      `restored store "${store}" of ${task}: ${this.#figures()} in ${this.#elapsedS().toFixed(1)} s`,
    );
  }

  #figures(): string {
    return `${this.#records} records, ${Math.round(this.#records / Math.max(0.001, this.#elapsedS()))} a second`;
  }

  #elapsedS(): number {
    return (this.#parts.clock.nowMs() - this.#startedMs) / 1000;
  }
}
