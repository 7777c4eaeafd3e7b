interface Waiting {
  readonly alone: boolean;
  readonly enter: () => void;
}

/**
 * Lets so many records in at once, in the order in which they came, and some alone: nobody is with them, so that what
 * becomes of the child is their doing.
 */
export class Turns {
  readonly #limit: number;
  #inside = 0;
  #isAlone = false;
  #queue: Waiting[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves with what ends the turn. @throws the reason of the signal */
  async take({ alone, signal }: { readonly alone: boolean; readonly signal: AbortSignal }): Promise<() => void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const waiting = {
        alone,
        enter: (): void => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = (): void => {
        this.#queue = this.#queue.filter((one) => one !== waiting);
        reject(signal.reason as Error);
        this.#letIn();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.push(waiting);
      this.#letIn();
    });
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#inside--;
      this.#isAlone = false;
      this.#letIn();
    };
  }

  #letIn(): void {
    for (let [next] = this.#queue; next && this.#hasRoomFor(next); [next] = this.#queue) {
      this.#queue.shift();
      this.#inside++;
      this.#isAlone = next.alone;
      next.enter();
    }
  }

  #hasRoomFor({ alone }: Waiting): boolean {
    return alone ? this.#inside === 0 : this.#inside < this.#limit && !this.#isAlone;
  }
}
