import type { Headers, HeaderValue, OutputRecord } from '../../../pipeline/index.ts';
import { NoAnswerError, READY, type Answer } from './framing.ts';

type Json = Readonly<Record<string, unknown>>;

/** Value of the nth output, as its framing carries it. @throws Error for one that makes no sense */
export type ReadValue = (output: Json, index: number) => Buffer | string | null;

/** What a parsed answer says. @throws NoAnswerError where it belongs to no record */
export function readAnswer(parsed: unknown, readValue: ReadValue): Answer | typeof READY {
  if (!isMap(parsed)) throw new NoAnswerError('no JSON object');
  if (parsed['ready'] === true) return READY;
  const { id, error, outputs } = parsed;
  if (typeof id !== 'number') throw new NoAnswerError('an answer without the id of a record');
  if (error !== undefined && error !== null) return { id, error: readError(error) };
  if (!Array.isArray(outputs)) return { id, fault: 'it has neither a list of outputs nor an error' };
  try {
    return { id, outputs: outputs.map((output, index) => readOutput(output, index, readValue)) };
  } catch (fault) {
    return { id, fault: (fault as Error).message };
  }
}

/** JSON as a value of a record: text as it is, null for none, anything else as JSON. */
export function plainValue({ value, valueBase64 }: Json): Buffer | string | null {
  if (value !== undefined && valueBase64 !== undefined) throw new Error('it has both a value and a valueBase64');
  if (valueBase64 !== undefined) return bytesOf(valueBase64, 'valueBase64');
  if (value === undefined) throw new Error('it has no value; null is one that says so');
  return typeof value === 'string' || value === null ? value : JSON.stringify(value);
}

function readError(error: unknown): { readonly message: string; readonly retriable: boolean } {
  if (!isMap(error)) return { message: String(error), retriable: true };
  const { message, retriable } = error;
  return { message: typeof message === 'string' ? message : JSON.stringify(error), retriable: retriable !== false };
}

function readOutput(output: unknown, index: number, readValue: ReadValue): OutputRecord {
  const place = `output ${index + 1}`;
  if (!isMap(output)) throw new Error(`${place} is no object`);
  try {
    const key = keyOf(output);
    const headers = headersOf(output);
    const timestampMs = timestampOf(output);
    return {
      value: readValue(output, index),
      ...(typeof output['to'] === 'string' && { to: output['to'] }),
      ...(key !== undefined && { key }),
      ...(headers && { headers }),
      ...(timestampMs !== undefined && { timestampMs }),
    };
  } catch (fault) {
    throw new Error(`of ${place}: ${(fault as Error).message}`, { cause: fault });
  }
}

function keyOf({ key, keyBase64 }: Json): Buffer | string | null | undefined {
  if (keyBase64 !== undefined) return bytesOf(keyBase64, 'keyBase64');
  if (key === undefined || key === null || typeof key === 'string') return key;
  throw new Error('its key is no text');
}

/** Null removes a header. */
function headersOf({ headers = {}, headersBase64 = {} }: Json): Headers | null {
  if (!isMap(headers) || !isMap(headersBase64)) throw new Error('its headers are no object');
  const read: Record<string, HeaderValue | undefined> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== null && ![value].flat().every((one) => typeof one === 'string'))
      throw new Error(`its header "${name}" is no text`);
    read[name] = value === null ? undefined : (value as HeaderValue);
  }
  for (const [name, value] of Object.entries(headersBase64)) {
    const list = [value].flat().map((one) => bytesOf(one, `headersBase64.${name}`));
    read[name] = list.length === 1 ? list[0] : list;
  }
  return Object.keys(read).length > 0 ? read : null;
}

function timestampOf({ timestamp }: Json): number | undefined {
  if (timestamp === undefined) return undefined;
  const timeMs = typeof timestamp === 'string' ? Date.parse(timestamp) : Number(timestamp);
  if (Number.isFinite(timeMs)) return Math.round(timeMs);
  throw new Error(`its timestamp ${JSON.stringify(timestamp)} is no time; give ISO text or milliseconds since 1970`);
}

function bytesOf(base64: unknown, name: string): Buffer {
  if (typeof base64 === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(base64)) return Buffer.from(base64, 'base64');
  throw new Error(`its ${name} is no base64`);
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
