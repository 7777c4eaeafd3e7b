import type { StartPosition } from '../../ports/sink.ts';
import { parseDurationMs } from '../../topology/duration.ts';
import { readQuery } from '../../web/read-query.ts';
import { Refusal } from '../../web/refusal.ts';

/** What a stream is asked for; `from` null is live. */
export interface StreamQuery {
  readonly source: string | null;
  readonly from: StartPosition | null;
  /** Name the page gave its replay, to ask for its place later. */
  readonly view: string | null;
}

const VIEW = /^[\w-]{1,64}$/;
/** Largest offset of Kafka. */
const MAX_OFFSET = 2n ** 63n - 1n;
const MAX_PARTITION = 2 ** 31 - 1;

/** Query of `/stream.mjpg`; times before now are counted from `nowMs`. @throws Refusal 400 */
export function streamQuery(url: URL, nowMs: number): StreamQuery {
  const query = readQuery(url, ['source', 'from', 'partition', 'offset', 'view', 't']);
  const { source = null, view = null } = query;
  if (view !== null && !VIEW.test(view)) throw bad('view must be 1 to 64 letters, digits, - or _');
  return { source, view, from: startOf(query, nowMs) };
}

function startOf(query: Partial<Record<string, string>>, nowMs: number): StartPosition | null {
  const { from, partition, offset } = query;
  if (from !== undefined && (partition ?? offset) !== undefined) {
    throw bad('give either from or partition and offset, not both');
  }
  if (from !== undefined) return positionOf(from, nowMs);
  if (partition === undefined && offset === undefined) return null;
  if (partition === undefined || offset === undefined) throw bad('partition and offset go together; give both');
  const place = { partition: Number(wholeNumber('partition', partition)), offset: wholeNumber('offset', offset) };
  if (place.partition > MAX_PARTITION)
    throw bad(`partition ${partition} is too large; Kafka's end at ${MAX_PARTITION}`);
  if (place.offset > MAX_OFFSET) throw bad(`offset ${offset} is too large; Kafka's end at ${String(MAX_OFFSET)}`);
  return place;
}

function positionOf(from: string, nowMs: number): StartPosition | null {
  if (from === 'latest') return null;
  if (from === 'earliest') return 'earliest';
  const agoMs = from.startsWith('-') ? parseDurationMs(from.slice(1)) : NaN;
  if (agoMs >= 0) return { timestampMs: nowMs - agoMs };
  const timestampMs = /^\d{4}-\d{2}/.test(from) ? Date.parse(from.replace(' ', '+')) : NaN;
  if (Number.isNaN(timestampMs)) {
    throw bad(
      `from must be earliest, latest, an ISO time such as 2026-01-31T12:00:00Z or a time before now such as -10m, not "${from}"`,
    );
  }
  return { timestampMs };
}

function wholeNumber(name: string, text: string): bigint {
  if (/^\d{1,20}$/.test(text)) return BigInt(text);
  throw bad(`${name} must be a whole number from 0, not "${text}"`);
}

function bad(sentence: string): Refusal {
  return new Refusal(400, sentence);
}
