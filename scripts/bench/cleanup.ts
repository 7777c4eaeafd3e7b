/** What has to be undone, last things first, also on Ctrl-C. */
export class Cleanup {
  #steps: (() => Promise<unknown>)[] = [];
  #running: Promise<void> | null = null;

  /** Adds a step and returns it as something that can be done early; it is done once. */
  add(step: () => Promise<unknown>): () => Promise<void> {
    let done: Promise<void> | null = null;
    const once = (): Promise<void> => (done ??= step().then(() => undefined));
    this.#steps.push(once);
    return once;
  }

  /** Does every step, the later ones even when an earlier one fails; then throws the first failure. */
  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Cleans up and ends the process when somebody asks it to end. */
  onInterrupt(): void {
    const end = (): void =>
      void this.run().finally(() => {
        process.exit(130);
      });
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
  }

  async #run(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      await step().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
