import { PoisonRecordError, type ConsumerRecord } from '../../pipeline/index.ts';

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/i;
/** The end of the year 9999: what lies behind is a time in another unit. */
const LATEST_MS = 253_402_300_799_999;

/**
 * Milliseconds since 1970 of an event: a number of them, or an ISO 8601 time, which is UTC where it names no zone.
 * @throws PoisonRecordError AGGREGATE_TIME_INVALID
 */
export function eventTimeMs(value: unknown, record: ConsumerRecord, expression: string | null): number {
  const timeMs = Math.floor(typeof value === 'number' ? value : parseTime(value));
  if (timeMs >= 0 && timeMs <= LATEST_MS) return timeMs;
  const { topic, partition, offset } = record;
  const origin = expression === null ? 'its timestamp' : `"${expression}"`;
  const shown = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
  throw new PoisonRecordError(
    'AGGREGATE_TIME_INVALID',
    `the record at ${topic}-${partition}@${offset} belongs to no window: ${origin} gave ${shown}, which is no time; give ` +
      'milliseconds since 1970 or an ISO 8601 time',
    { where: { topic, partition, offset } },
  );
}

function parseTime(value: unknown): number {
  if (typeof value !== 'string') return NaN;
  const match = ISO.exec(value.trim());
  if (!match) return NaN;
  const [, day = '', time, zone = 'Z'] = match;
  return Date.parse(time === undefined ? day : `${day}T${time.replace(',', '.')}${zone.toUpperCase()}`);
}
