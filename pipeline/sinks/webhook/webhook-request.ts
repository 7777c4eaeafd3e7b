import { createHmac } from 'node:crypto';
import { headerText, type ConsumerRecord } from '../../ports/record.ts';
import type { SinkRecord } from '../../ports/sink.ts';
import { recordId } from '../../task/record-identity.ts';
import { jsonOrText, textOf } from '../record-data.ts';
import { pictureTypeOf } from '../shown-picture.ts';

/** What is posted for a record. */
export interface WebhookRequest {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

interface Signing {
  readonly secret?: string | undefined;
  readonly signatureHeader: string;
}

/** A record as a request: in the binary mode of CloudEvents over HTTP, signed where there is a secret. */
export function webhookRequest(record: SinkRecord, { secret, signatureHeader }: Signing): WebhookRequest {
  const body = record.selected === undefined ? (record.value ?? Buffer.alloc(0)) : jsonBytes(record.selected);
  const contentType = record.selected === undefined ? contentTypeOf(record) : 'application/json';
  const headers = {
    ...(contentType !== null && { 'content-type': contentType }),
    ...eventHeaders(record),
    'idempotency-key': headerValue(recordId(record)),
    ...(secret !== undefined && { [signatureHeader]: `sha256=${signatureOf(body, secret)}` }),
  };
  return { body, headers };
}

function jsonBytes(selected: unknown): Buffer {
  return Buffer.from(JSON.stringify(selected));
}

function signatureOf(body: Buffer, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

/** `ce_id` becomes `ce-id`; the key is the extension `partitionkey`, `traceparent` stays what it is. */
function eventHeaders({ key, headers }: ConsumerRecord): Record<string, string> {
  const named: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const text = headerText(headers, name) ?? '';
    if (/^ce_[a-z0-9]+$/.test(name)) named[`ce-${name.slice('ce_'.length)}`] = headerValue(text);
    if (name === 'traceparent') named[name] = headerValue(text);
  }
  const keyText = key === null ? null : textOf(key);
  if (keyText !== null && named['ce-id'] !== undefined) named['ce-partitionkey'] = headerValue(keyText);
  return named;
}

/** The bytes of a picture tell what it is; else the header does; else what the value reads as. */
function contentTypeOf(record: ConsumerRecord): string | null {
  const known = pictureTypeOf(record) ?? headerText(record.headers, 'content-type');
  if (known !== undefined) return known;
  const { value } = record;
  const text = value === null ? null : textOf(value);
  if (text === null) return value === null ? null : 'application/octet-stream';
  return jsonOrText(text) === text ? 'text/plain; charset=utf-8' : 'application/json';
}

/** As the HTTP binding of CloudEvents says: what is no visible ASCII, `"` and `%` as their UTF-8 bytes, `%C3%A4`. */
function headerValue(text: string): string {
  return text.replace(/[^!#$&-~]+/gu, (piece) =>
    [...Buffer.from(piece)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
