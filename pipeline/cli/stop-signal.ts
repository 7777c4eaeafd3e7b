/** What a command that Ctrl-C ended in good order exits with. */
export const INTERRUPTED = 130;

/** Aborts at the first Ctrl-C or SIGTERM; the second one ends the process at once. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}
