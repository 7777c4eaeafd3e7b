/** A header value as Kafka carries it. Repeated headers of one name arrive as a list. */
export type HeaderValue = Buffer | string | readonly (Buffer | string)[];

/** Record headers by name. */
export type Headers = Readonly<Record<string, HeaderValue | undefined>>;

/**
 * A record as read from a topic. Buffers are slices of the fetched batch: copy what must outlive the call. The value is
 * bytes, or what `inputValue` of a processor makes of them.
 */
export interface ConsumerRecord<Value = Buffer | null> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Kafka's record timestamp, milliseconds since 1970 UTC. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Value;
  readonly headers: Headers;
}

/** A record ready to be written: the partition is already chosen. */
export interface ProducerRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers: Headers;
  readonly timestampMs: number;
}

/**
 * What a processor returns. What is left out is inherited from the input record: its key, its timestamp, and every
 * header that is not named here (`undefined` removes a header); a text that is made of what is no JSON inherits neither
 * `content-type` nor `frame-meta`, which speak of the bytes it was made of. The value is bytes or text, or what `outputValue` of a
 * processor takes; null is a tombstone.
 */
export interface OutputRecord<Value = Buffer | string | null> {
  /** Named output of the stage (`to: { default: x, alerts: y }`); `default` when left out. */
  readonly to?: string;
  readonly key?: Buffer | string | null;
  readonly value: Value;
  readonly headers?: Headers;
  readonly timestampMs?: number;
}

/** The text of a header (its last value when repeated), or undefined where it is absent. */
export function headerText(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  if (value === undefined || typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  return value.at(-1)?.toString();
}
