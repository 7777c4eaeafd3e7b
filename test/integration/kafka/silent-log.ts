import type { Logger } from '../../../pipeline/ports/logger.ts';

const ignore = (): void => undefined;

/** For tests that look at records, not at logs. */
export const silentLog: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
