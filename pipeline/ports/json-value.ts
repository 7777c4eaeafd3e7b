import type { z } from 'zod';
import { PoisonRecordError, messageOf } from '../errors/pipeline-error.ts';
import type { ConsumerRecord, OutputRecord } from './record.ts';

/**
 * The JSON value of a record, checked by a schema; a tombstone is null.
 * @throws PoisonRecordError VALUE_UNREADABLE where it is no JSON, or not what the schema says.
 */
export function readJson<Schema extends z.ZodType>(record: ConsumerRecord, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(parsed(record));
  if (result.success) return result.data;
  throw unreadable(record, `is not as the schema says: ${faultsOf(result.error)}`);
}

/** The output record of a JSON value. */
export function jsonOutput(value: unknown): OutputRecord {
  return {
    value: value === null ? null : JSON.stringify(value),
    headers: { 'content-type': 'application/json' },
  };
}

/** `amount: expected number, received string; id: ...` */
export function faultsOf({ issues }: z.ZodError): string {
  return issues
    .map(({ path, message }) => (path.length > 0 ? `${path.map(String).join('.')}: ${message}` : message))
    .join('; ');
}

function parsed(record: ConsumerRecord): unknown {
  if (record.value === null) return null;
  try {
    return JSON.parse(record.value.toString('utf8')) as unknown;
  } catch (cause) {
    throw unreadable(record, `is no JSON: ${messageOf(cause)}`);
  }
}

function unreadable({ topic, partition, offset }: ConsumerRecord, fault: string): PoisonRecordError {
  const sentence = `the value of ${topic}-${partition}@${offset} ${fault}; correct its producer, or the schema`;
  return new PoisonRecordError('VALUE_UNREADABLE', sentence, { where: { topic, partition, offset } });
}
