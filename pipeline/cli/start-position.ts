import { UserError } from '../errors/pipeline-error.ts';
import type { StartPosition } from '../ports/sink.ts';

/** `earliest`, `latest`, an ISO time, or `partition@offset`. @throws UserError for anything else. */
export function parseStartPosition(text: string): StartPosition {
  if (text === 'earliest' || text === 'latest') return text;
  const place = /^(\d+)@(\d+)$/.exec(text);
  if (place) return { partition: Number(place[1]), offset: BigInt(place[2] ?? 0) };
  const timestampMs = Date.parse(text);
  if (!Number.isNaN(timestampMs)) return { timestampMs };
  throw new UserError(
    'ARGUMENT_INVALID',
    `--from ${text} is no position; give earliest, latest, an ISO time, or partition@offset`,
  );
}
