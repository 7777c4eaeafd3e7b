import { PoisonRecordError, messageOf } from '../errors/pipeline-error.ts';
import { readFrameMeta } from '../frame/frame.ts';
import { isJsonType } from '../ports/json-type.ts';
import { headerText, type ConsumerRecord } from '../ports/record.ts';

const BINARY = /^(image|audio|video)\/|^application\/octet-stream/;

/**
 * What an expression sees as `$`: the `frame-meta` of a frame, else the value read as JSON, or as text where it is none.
 * A content type of JSON or text is taken at its word. Undefined for a record without value and for other bytes.
 * @throws PoisonRecordError EXPRESSION_FAILED where promised JSON is none, FRAME_META_INVALID.
 */
export function recordRoot(record: ConsumerRecord): unknown {
  const contentType = headerText(record.headers, 'content-type') ?? '';
  const promisesJson = isJsonType(contentType);
  const promisesText = contentType.startsWith('text/');
  const isFrame = record.headers['frame-meta'] !== undefined && !promisesJson && !promisesText;
  if (isFrame) return readFrameMeta(record.headers);
  if (record.value === null || BINARY.test(contentType)) return undefined;
  const text = record.value.toString('utf8');
  if (promisesText) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!promisesJson) return text;
    throw notJson(record, error);
  }
}

/** What an expression sees as `$record`; JSON data, so the offset is a string. */
export function recordBinding({ key, headers, topic, partition, offset, timestampMs }: ConsumerRecord): object {
  return {
    key: key === null ? null : key.toString('utf8'),
    headers: Object.fromEntries(Object.keys(headers).map((name) => [name, headerText(headers, name)])),
    topic,
    partition,
    offset: String(offset),
    timestamp: timestampMs,
  };
}

function notJson({ topic, partition, offset }: ConsumerRecord, cause: unknown): PoisonRecordError {
  return new PoisonRecordError(
    'EXPRESSION_FAILED',
    `the value of ${topic}-${partition}@${offset} is no JSON though its content-type says so: ${messageOf(cause)}; ` +
      'correct the producer of this topic',
    { where: { topic, partition, offset }, cause },
  );
}
