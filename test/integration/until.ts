interface Waiting {
  readonly timeoutMs?: number;
  readonly what: string | (() => string);
}

const POLL_MS = 25;

/** Resolves when the condition holds. @throws naming what was awaited when it does not in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = 60_000, what }: Waiting,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline)
      throw new Error(`waited ${timeoutMs} ms in vain for ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
