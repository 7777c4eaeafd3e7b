import type { Logger } from '../ports/logger.ts';

const silent = (): void => undefined;

/** Says nothing. */
export const silentLog: Logger = { debug: silent, info: silent, warn: silent, error: silent };
