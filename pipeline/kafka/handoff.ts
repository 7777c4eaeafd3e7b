/** Passes items from producers that wait to one taker, one at a time: nothing is buffered. */
export class Handoff<T> {
  readonly #offers: { readonly item: T; accept: () => void }[] = [];
  #wake: (() => void) | null = null;
  #closed = false;
  #failure: Error | null = null;

  /** Resolves when the item was taken and the taker has come back for the next one, or when the hand-off was closed. */
  async put(item: T): Promise<void> {
    if (this.#closed) return;
    await new Promise<void>((accept) => {
      this.#offers.push({ item, accept });
      this.#wake?.();
    });
  }

  /** Ends the taking; with a failure, the taker throws it. */
  close(failure: Error | null = null): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failure = failure;
    for (const { accept } of this.#offers) accept();
    this.#wake?.();
  }

  async *taken(): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const offer = this.#offers[0];
      if (this.#closed) break;
      if (offer) {
        yield offer.item;
        this.#offers.shift();
        offer.accept();
      } else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#failure) throw this.#failure;
  }
}
