/** Lets many work at once, or one alone. */
export class Turns {
  #working = 0;
  #alone: Promise<void> | null = null;
  #whenIdle: (() => void) | null = null;

  /** Resolves when whoever works alone has ended, and then another may; null when `begin` may be called now. */
  get taken(): Promise<void> | null {
    return this.#alone;
  }

  begin(): void {
    this.#working++;
  }

  end(): void {
    if (--this.#working === 0) this.#whenIdle?.();
  }

  /** Runs the work when nobody else works, and nobody begins until it has ended. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.#alone) await this.#alone;
    let free: () => void = () => undefined;
    this.#alone = new Promise((resolve) => {
      free = resolve;
    });
    try {
      if (this.#working > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
      return await work();
    } finally {
      this.#whenIdle = null;
      this.#alone = null;
      free();
    }
  }
}
