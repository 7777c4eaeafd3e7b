import type { SourceRecord } from '../ports/source.ts';
import { createSessionIdentity, type SessionOptions } from './session-identity.ts';

/** A value that is no picture, as it was read. */
export interface ReadValue {
  readonly contentType: string;
  /** Record key; null when left out. */
  readonly key?: string | null;
}

/** Mints the records of one run of a source that captures no pictures. */
export interface RecordSession {
  readonly sessionId: string;
  record(value: Buffer | string, read: ReadValue): SourceRecord;
}

/** Starts a session whose records are CloudEvents of type `record`, stamped when they are made. */
export function createRecordSession(options: SessionOptions): RecordSession {
  const identity = createSessionIdentity(options);
  return {
    sessionId: identity.sessionId,
    record: (value, { contentType, key = null }) => {
      const timeUs = options.clock.nowUs();
      const { id } = identity.next();
      return {
        key,
        value,
        headers: { 'content-type': contentType, ...identity.headers({ id, type: 'record', timeUs }) },
        timestampMs: Math.floor(timeUs / 1000),
      };
    },
  };
}
