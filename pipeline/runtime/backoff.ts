const FIRST_MS = 200;
const MAX_MS = 10_000;
/** Who lived this long starts anew. */
const HEALTHY_MS = 30_000;

/** How long a worker waits before it is started again: twice as long after each death that follows another one soon. */
export class Backoff {
  #ms = FIRST_MS;

  /** Milliseconds to wait after a life of `livedMs`. */
  after(livedMs: number): number {
    const ms = livedMs > HEALTHY_MS ? FIRST_MS : this.#ms;
    this.#ms = Math.min(ms * 2, MAX_MS);
    return ms;
  }
}
