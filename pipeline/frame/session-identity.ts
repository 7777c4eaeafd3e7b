import type { Clock } from '../ports/clock.ts';
import type { Headers } from '../ports/record.ts';
import { cloudEventHeaders, type EventType } from './cloud-event.ts';

/** Digits of `seq` in an id: enough for nine years at 30 a second, so that ids sort as text. */
const SEQ_DIGITS = 10;
/** Digits of a time in base 36: enough until the year 5188. */
const TIME_DIGITS = 9;

/** One run of a source. */
export interface SessionOptions {
  /** Who captures: the record key. */
  readonly sourceId: string;
  /** Name of the source in topology.yaml, the last step of `ce_id`. Default: `sourceId`. */
  readonly sourceName?: string;
  readonly clock: Pick<Clock, 'nowMs' | 'nowUs'>;
  /** Default: a new one, that sorts after those of earlier runs. */
  readonly sessionId?: string;
}

/** What tells one captured thing of a session from all others. */
export interface SessionIdentity {
  readonly sessionId: string;
  /** The next `seq` and its id: `<sourceId>-<sessionId>-<seq>`; grows by one at each call, from 0. */
  next(): { readonly id: string; readonly seq: number };
  /** `ce_*` and a new W3C `traceparent`. */
  headers(event: { readonly id: string; readonly type: EventType; readonly timeUs: number }): Headers;
}

/** Starts the counting of one run of a source. */
export function createSessionIdentity(options: SessionOptions): SessionIdentity {
  const { sourceId, sourceName = sourceId, clock, sessionId = newSessionId(clock) } = options;
  let nextSeq = 0;
  return {
    sessionId,
    next: () => {
      const seq = nextSeq++;
      return { seq, id: `${sourceId}-${sessionId}-${String(seq).padStart(SEQ_DIGITS, '0')}` };
    },
    headers: ({ id, type, timeUs }) => ({
      ...cloudEventHeaders({ id: `${id}/${sourceName}`, sourceId, type, timeUs, subject: id }),
      traceparent: `00-${randomHex(16)}-${randomHex(8)}-01`,
    }),
  };
}

function newSessionId(clock: SessionOptions['clock']): string {
  return `${clock.nowMs().toString(36).padStart(TIME_DIGITS, '0')}${randomHex(4)}`;
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
}
