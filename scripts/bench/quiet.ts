import type { Logger } from '../../pipeline/ports/logger.ts';

/** A log that keeps silent, so that writing it costs nothing. */
export const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
