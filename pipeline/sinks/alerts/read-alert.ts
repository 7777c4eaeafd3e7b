import type { SinkRecord } from '../../ports/sink.ts';
import { contentTypeOf } from '../../sources/content-type.ts';
import { jsonOrText, textOf, timeMsOf } from '../record-data.ts';

/** A picture inside an alert. */
export interface AlertPicture {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** What one record tells of an alert. */
export interface ToldAlert {
  readonly id: string;
  /** `start`, `update` and `end` of an alert that lasts; any other word, or none, of one that is told once. */
  readonly state: string | null;
  /** What it is called: the rule, or the key of the record. */
  readonly name: string;
  /** What was seen, with its score from 0 to 1. */
  readonly what: readonly string[];
  readonly score: number | null;
  /** Where: source and zone. */
  readonly where: readonly string[];
  readonly sinceMs: number;
  readonly toldMs: number;
  readonly durationMs: number | null;
  readonly picture: AlertPicture | null;
}

/** The alert a record tells of: what `select` made of it, else its JSON; null where that is none. */
export function readAlert(record: SinkRecord): ToldAlert | null {
  const value = record.selected ?? jsonOf(record);
  if (!isObject(value)) return null;
  const { id, state, rule, labels, label, zone, sourceId, since, time, durationMs, best } = value;
  const toldMs = timeMsOf(time) ?? timeMsOf(value['until']) ?? record.timestampMs;
  const score = isObject(best) ? best['score'] : value['score'];
  return {
    id: textIn(id) ?? `${record.partition}@${String(record.offset)}`,
    state: textIn(state),
    name: textIn(rule) ?? record.key?.toString() ?? record.topic,
    what: textsIn(labels ?? label ?? value['value']),
    score: typeof score === 'number' ? score : null,
    where: [...textsIn(sourceId), ...textsIn(zone)],
    sinceMs: timeMsOf(since) ?? toldMs,
    toldMs,
    durationMs: typeof durationMs === 'number' ? durationMs : null,
    picture: pictureIn(value['picture']),
  };
}

function jsonOf({ value }: SinkRecord): unknown {
  const text = value === null ? null : textOf(value);
  return text === null ? null : jsonOrText(text);
}

/** The bytes decide what it is: nothing but a picture is ever served as one. */
function pictureIn(value: unknown): AlertPicture | null {
  const data = isObject(value) ? value['data'] : null;
  if (typeof data !== 'string') return null;
  const bytes = Buffer.from(data, 'base64');
  const contentType = contentTypeOf(bytes);
  return contentType.startsWith('image/') ? { contentType, bytes } : null;
}

function textsIn(value: unknown): readonly string[] {
  return [value].flat().flatMap((one) => textIn(one) ?? []);
}

function textIn(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
