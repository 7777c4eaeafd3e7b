import { PoisonRecordError, messageOf } from '../errors/pipeline-error.ts';
import { readFrameMeta } from '../frame/frame.ts';
import { headerText, type ConsumerRecord, type Headers } from '../ports/record.ts';
import type { Serde } from '../ports/store.ts';
import { bytes, json } from '../state/serdes.ts';

/** How the values of a topic are to be read. */
export const SERDE_NAMES = ['json', 'string', 'bytes', 'frame'] as const;
export type SerdeName = (typeof SERDE_NAMES)[number];

/** A value on its way, and what its topic is called in messages. */
export interface Carried {
  readonly value: Buffer | string | null;
  readonly headers: Headers;
}

interface TopicSerde {
  readonly serde: Pick<Serde<unknown>, 'deserialize'>;
  /** Null: the record says it itself. */
  readonly contentType: string | null;
}

const strict = new TextDecoder('utf-8', { fatal: true });
const text: TopicSerde['serde'] = { deserialize: (value) => strict.decode(value) };

const TOPIC_SERDES: Readonly<Record<SerdeName, TopicSerde>> = {
  json: { serde: json, contentType: 'application/json' },
  string: { serde: text, contentType: 'text/plain; charset=utf-8' },
  bytes: { serde: bytes, contentType: 'application/octet-stream' },
  frame: { serde: bytes, contentType: null },
};

/**
 * Checks a value against the serde of its topic, and gives the headers that say what it is. A record without a value is a
 * tombstone, which every serde lets pass.
 * @throws what the serde throws; PoisonRecordError FRAME_META_INVALID
 */
export function headersAs(name: SerdeName, { value, headers }: Carried): Headers {
  const { serde, contentType } = TOPIC_SERDES[name];
  if (value !== null) {
    if (name === 'frame') readFrameMeta(headers);
    serde.deserialize(typeof value === 'string' ? Buffer.from(value) : value);
  }
  if (contentType === null || isOfType(headers, contentType)) return headers;
  return { ...headers, 'content-type': contentType };
}

/** An input as the serde of its topic says it is. @throws PoisonRecordError VALUE_UNREADABLE, FRAME_META_INVALID */
export function readAs(name: SerdeName, record: ConsumerRecord): ConsumerRecord {
  const { topic, partition, offset } = record;
  try {
    const headers = headersAs(name, record);
    return headers === record.headers ? record : { ...record, headers: headers };
  } catch (cause) {
    if (cause instanceof PoisonRecordError) throw cause;
    const sentence = `the value of ${topic}-${partition}@${offset} cannot be read as ${name}, which is the serde of its topic: ${messageOf(cause)}; correct its producer, or topics.${topic}.serde`;
    throw new PoisonRecordError('VALUE_UNREADABLE', sentence, { where: { topic, partition, offset }, cause });
  }
}

function isOfType(headers: Headers, contentType: string): boolean {
  const [wanted] = contentType.split(';');
  return headerText(headers, 'content-type')?.startsWith(wanted ?? '') ?? false;
}
