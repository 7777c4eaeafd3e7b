import { complain } from './terminal.ts';

const QUIET_MS = 2_000;

/** Says on standard error how far a command has come: first after two seconds, then every two. */
export class Ticker {
  readonly #what: (count: number) => string;
  #count = 0;
  #nextMs = performance.now() + QUIET_MS;

  constructor(what: (count: number) => string) {
    this.#what = what;
  }

  tick(): void {
    this.#count++;
    if (performance.now() < this.#nextMs) return;
    this.#nextMs = performance.now() + QUIET_MS;
    complain(this.#what(this.#count));
  }
}
