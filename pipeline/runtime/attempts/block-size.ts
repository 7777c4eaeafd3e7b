const QUICK_MS = 2;
const LONG_MS = 8;
const MOST = 512;

/**
 * How many records are noted as under way at once: as many as are done in some milliseconds. More would put more innocent
 * ones under suspicion when the worker dies.
 */
export class BlockSize {
  #size = 1;

  get size(): number {
    return this.#size;
  }

  /** A block of that size took so long. */
  took(ms: number): void {
    if (ms < QUICK_MS) this.#size = Math.min(MOST, this.#size * 2);
    else if (ms > LONG_MS) this.#size = Math.max(1, Math.floor((this.#size * QUICK_MS) / ms));
  }
}
