import { UserError } from '../errors/pipeline-error.ts';
import { parseDurationMs } from '../topology/duration.ts';

/** A place in a log as a command line names it; an offset without a partition counts for each of them. */
export type LogPosition =
  | 'earliest'
  | 'latest'
  | { readonly timestampMs: number }
  | { readonly offset: bigint; readonly partition: number | null };

/**
 * `earliest`, `latest`, an ISO time, a time before now (`-15m`), an offset, or `partition@offset`.
 * @throws UserError naming the option.
 */
export function parseLogPosition(text: string, option: string): LogPosition {
  if (text === 'earliest' || text === 'latest') return text;
  const place = /^(?:(\d+)@)?(\d+)$/.exec(text);
  if (place) return { partition: place[1] === undefined ? null : Number(place[1]), offset: BigInt(place[2] ?? 0) };
  const timestampMs = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(timestampMs)) return { timestampMs };
  const agoMs = text.startsWith('-') ? parseDurationMs(text.slice(1)) : NaN;
  if (agoMs >= 0) return { timestampMs: Date.now() - agoMs };
  throw new UserError(
    'ARGUMENT_INVALID',
    `${option} ${text} is no place in a topic; give earliest, latest, an offset, partition@offset, an ISO time such as 2026-07-01T12:00Z, or -15m`,
  );
}
