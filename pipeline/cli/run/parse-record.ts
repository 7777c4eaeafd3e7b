import { UserError, messageOf } from '../../errors/pipeline-error.ts';
import type { HeaderValue, Headers } from '../../ports/record.ts';
import type { RunInput } from './engine.ts';

const MEND = 'a line is a record such as {"key":"a","value":{"n":1}}';

/** A record out of a line of JSON, as `consume`, `tap --json` and `run` itself print it. @throws UserError */
export function parseRecord(line: string): RunInput {
  const { topic, key, keyBase64, value, valueBase64, headers, timestamp } = objectIn(line);
  if (value === undefined && valueBase64 === undefined) throw invalid(`it has no value; ${MEND}`);
  if (typeof value === 'string' && /^<\d+ bytes>$/.test(value))
    throw invalid('its bytes were left out when it was printed; read the topic itself with --tap');
  return {
    ...(typeof topic === 'string' && { topic }),
    key: keyBase64 === undefined ? textOrJson(key) : bytesOf(keyBase64),
    value: valueBase64 === undefined ? value : bytesOf(valueBase64),
    headers: headersOf(headers),
    ...(timestamp !== undefined && { time: timeOf(timestamp) }),
  };
}

function objectIn(line: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    throw invalid(`it is no JSON (${messageOf(error)}); ${MEND}`);
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  throw invalid(`it is no JSON object; ${MEND}`);
}

/** The frame-meta header is printed as JSON. */
function headersOf(headers: unknown): Headers {
  if (headers === undefined || headers === null) return {};
  if (typeof headers !== 'object') throw invalid('its headers are no object');
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]): [string, HeaderValue] => [name, textOrJson(value) ?? '']),
  );
}

function textOrJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function bytesOf(base64: unknown): Buffer {
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  throw invalid('its base64 is no text');
}

function timeOf(timestamp: unknown): number {
  const timeMs = typeof timestamp === 'string' ? Date.parse(timestamp) : Number(timestamp);
  if (Number.isFinite(timeMs)) return timeMs;
  throw invalid(`its timestamp ${JSON.stringify(timestamp)} is no time; give ISO text or milliseconds since 1970`);
}

function invalid(what: string): UserError {
  return new UserError('RECORD_UNREADABLE', what);
}
