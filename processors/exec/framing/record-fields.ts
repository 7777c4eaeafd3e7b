import type { ConsumerRecord, Headers } from '../../../pipeline/index.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes; null where they are none. */
export function textOf(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null; // not UTF-8: whoever asks has another way
  }
}

/** All of a record but its value, as plain data. What is no text is base64, under a name that says so. */
export function fieldsOf(record: ConsumerRecord): Record<string, unknown> {
  const { topic, partition, offset, timestampMs, key, headers } = record;
  return {
    topic,
    partition,
    offset: Number(offset),
    timestamp: new Date(timestampMs).toISOString(),
    ...keyFields(key),
    ...headerFields(headers),
  };
}

function keyFields(key: Buffer | null): Record<string, unknown> {
  if (key === null) return { key: null };
  const text = textOf(key);
  return text === null ? { keyBase64: key.toString('base64') } : { key: text };
}

function headerFields(headers: Headers): Record<string, unknown> {
  const texts: Record<string, unknown> = {};
  const binary: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    const values = [value].flat().map((one) => Buffer.from(one as string));
    const decoded = values.map(textOf);
    const isText = decoded.every((text) => text !== null);
    const list = isText ? decoded : values.map((bytes) => bytes.toString('base64'));
    (isText ? texts : binary)[name] = list.length === 1 ? list[0] : list;
  }
  return { headers: texts, ...(Object.keys(binary).length > 0 && { headersBase64: binary }) };
}
