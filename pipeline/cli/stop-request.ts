/** A person's or a system's wish that the run ends. */
export interface StopRequest {
  /** Resolves at the first Ctrl-C, SIGTERM or hand-over. */
  readonly requested: Promise<void>;
  /** Aborts at the same moment. */
  readonly signal: AbortSignal;
  /** Another `up` takes over and needs the broker. */
  readonly keepBroker: boolean;
  /** Called when asked a second time. */
  onSecond(action: () => void): void;
}

/** Signal by which another `up` asks this one to drain and leave it the broker. */
export const HAND_OVER_SIGNAL = 'SIGUSR2';

/** Listens for the signals that end a run. */
export function stopRequest(): StopRequest {
  const abort = new AbortController();
  let keepBroker = false;
  let second = (): void => process.exit(1);
  const ask = (): void => (abort.signal.aborted ? second() : abort.abort());
  process.on('SIGINT', ask);
  process.on('SIGTERM', ask);
  process.on(HAND_OVER_SIGNAL, () => {
    keepBroker = true;
    abort.abort();
  });
  return {
    requested: new Promise((resolve) => abort.signal.addEventListener('abort', () => resolve())),
    signal: abort.signal,
    get keepBroker() {
      return keepBroker;
    },
    onSecond: (action) => {
      second = action;
    },
  };
}
