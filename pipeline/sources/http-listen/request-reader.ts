import type { IncomingMessage } from 'node:http';
import { messageOf } from '../../errors/pipeline-error.ts';
import { compileExpression, type Expression } from '../../expression/expression.ts';
import { createRecordSession, type RecordSession } from '../../frame/record-session.ts';
import type { Clock } from '../../ports/clock.ts';
import { isJsonType } from '../../ports/json-type.ts';
import type { SourceRecord } from '../../ports/source.ts';
import { formatSize } from '../../topology/size.ts';
import { Refusal } from '../../web/refusal.ts';

const TEXT_TYPE = /^text\/plain$/i;
const IDEMPOTENCY_KEY = /^[!-~]{1,200}$/;

interface ReaderOptions {
  readonly maxBytes: number;
  readonly key?: string | undefined;
}

/** Makes records of requests. */
export class RequestReader {
  readonly #maxBytes: number;
  readonly #key: Expression | null;
  readonly #session: RecordSession;

  constructor({ maxBytes, key }: ReaderOptions, { name, clock }: { readonly name: string; readonly clock: Clock }) {
    this.#maxBytes = maxBytes;
    this.#key = key === undefined ? null : compileExpression(key);
    this.#session = createRecordSession({ sourceId: name, clock });
  }

  /** Bytes to keep room for: what the request announces, or all it may have. @throws Refusal 413 */
  sizeOf({ headers }: IncomingMessage): number {
    const announced = headers['content-length'];
    if (announced !== undefined && Number(announced) > this.#maxBytes) throw this.#tooLarge();
    return announced === undefined ? this.#maxBytes : Number(announced);
  }

  /**
   * The records a request asks to write.
   * @throws Refusal 400, 413, 415
   */
  async records(request: IncomingMessage): Promise<readonly SourceRecord[]> {
    const form = formOf(request);
    const id = idempotencyKeyOf(request);
    const bytes = await this.#bodyOf(request);
    const text = textOf(bytes);
    if (form === 'text') return [await this.#record(bytes, { contentType: 'text/plain; charset=utf-8', id })];
    const value = parse(text);
    if (!Array.isArray(value)) return [await this.#record(bytes, { contentType: 'application/json', id })];
    if (value.length === 0) throw new Refusal(400, 'the list is empty; send at least one element');
    const elements = value.map((element, index) =>
      this.#record(Buffer.from(jsonOf(element)), {
        contentType: 'application/json',
        id: id === null ? null : `${id}-${index}`,
        index,
      }),
    );
    return Promise.all(elements);
  }

  async #bodyOf(request: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > this.#maxBytes) throw this.#tooLarge();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async #record(value: Buffer, { contentType, id, index }: Making): Promise<SourceRecord> {
    const made = this.#session.record(value, { contentType });
    const headers = id === null ? made.headers : { ...made.headers, ce_id: id, ce_subject: id };
    return { ...made, headers, key: await this.#keyOf({ ...made, value }, index) };
  }

  async #keyOf(made: SourceRecord & { readonly value: Buffer }, index: number | undefined): Promise<string | null> {
    if (this.#key === null) return null;
    const of = index === undefined ? 'the body' : `element ${index} of the list`;
    const place = { topic: 'request', partition: 0, offset: 0n, key: null };
    const key = await this.#key.evaluate({ ...made, ...place }).catch(() => undefined); // what has no key is told below
    if (typeof key === 'string' || typeof key === 'number') return String(key);
    throw new Refusal(400, `${of} has no key: "${this.#key.text}" gives neither a text nor a number; correct it`);
  }

  #tooLarge(): Refusal {
    return new Refusal(413, `the body is larger than ${formatSize(this.#maxBytes)}; send less, or raise maxBytes`);
  }
}

interface Making {
  readonly contentType: string;
  /** Of the client's choice; null: the source makes one. */
  readonly id: string | null;
  /** In a list. */
  readonly index?: number;
}

/** @throws Refusal 415 */
function formOf({ headers }: IncomingMessage): 'json' | 'text' {
  const { 'content-type': contentType = '', 'content-encoding': encoding } = headers;
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim());
  if (encoding !== undefined && encoding !== 'identity')
    throw new Refusal(415, `a body with content-encoding ${encoding} is not taken; send it as it is`);
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter));
  if (charset !== undefined && !/^charset="?(utf-?8|us-ascii)"?$/i.test(charset))
    throw new Refusal(415, `${charset} is not taken; send UTF-8`);
  if (isJsonType(type)) return 'json';
  if (TEXT_TYPE.test(type)) return 'text';
  const refused = type === '' ? 'the content-type is missing' : `content-type ${type} is not taken`;
  throw new Refusal(415, `${refused}; send content-type: application/json or text/plain`);
}

/** Quotes of a structured header are not part of it. @throws Refusal 400 */
function idempotencyKeyOf({ headers }: IncomingMessage): string | null {
  const given = headers['idempotency-key'];
  if (given === undefined) return null;
  const key = String(given).replace(/^"(.*)"$/, '$1');
  if (IDEMPOTENCY_KEY.test(key)) return key;
  throw new Refusal(400, 'Idempotency-Key must be 1 to 200 visible ASCII characters without spaces; correct it');
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal(400, 'the body is no UTF-8 text; correct its encoding');
  }
}

function jsonOf(element: unknown): string {
  try {
    return JSON.stringify(element);
  } catch (error) {
    throw new Refusal(400, `the list holds what cannot be written as JSON: ${messageOf(error)}; nest it less deeply`);
  }
}

function parse(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, `the body is no JSON: ${messageOf(error)}; correct it, or send it as text/plain`);
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new Refusal(400, 'the body is neither an object nor a list; send one of these, or send it as text/plain');
}
