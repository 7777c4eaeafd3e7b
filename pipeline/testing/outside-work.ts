interface Call {
  readonly owner: object;
  readonly what: () => string;
}

/** Calls of processors that wait for something that is neither broker nor clock: a file, a library, a timer. */
export class OutsideWork {
  readonly #underWay = new Set<Call>();
  #waiting: (() => void)[] = [];

  get size(): number {
    return this.#underWay.size;
  }

  /** The first of them, for people. */
  get oldest(): string {
    const [first] = this.#underWay;
    return first?.what() ?? 'nothing';
  }

  /** Notes a call until it has ended. */
  watch(call: Promise<unknown>, noted: Call): void {
    this.#underWay.add(noted);
    const end = (): void => this.#end([noted]);
    call.then(end, end);
  }

  /** Nobody waits any more for the calls of this owner. */
  abandon(owner: object): void {
    this.#end([...this.#underWay].filter((call) => call.owner === owner));
  }

  /** Nobody waits any more for what is under way now. */
  abandonAll(): void {
    this.#end([...this.#underWay]);
  }

  /** Resolves when one more has ended. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #end(calls: readonly Call[]): void {
    for (const call of calls) this.#underWay.delete(call);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
