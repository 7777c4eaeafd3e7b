import { formatSize } from '../../topology/size.ts';
import { NoAnswerError, withinTime, type Patience } from '../../web/within-time.ts';
import { BadAnswerError } from './bad-answer.ts';

/** A question that is asked again and again. */
export interface Question extends Patience {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
}

/** A whole answer with status 2xx. */
export interface Answer {
  readonly bytes: Buffer;
  /** Empty where the server names none. */
  readonly contentType: string;
}

/**
 * Makes the function that asks once. It answers null where nothing has changed since the last answer (304, by ETag).
 * The function throws BadAnswerError SOURCE_NO_ANSWER, SOURCE_BAD_ANSWER or SOURCE_RECORD_TOO_LARGE.
 */
export function createPoll(question: Question): () => Promise<Answer | null> {
  let etag: string | null = null;
  return async () => {
    const response = await withinTime(question, async (signal) => {
      const headers = { ...question.headers, ...(etag !== null && { 'if-none-match': etag }) };
      const head = await fetch(question.url, { headers, signal });
      return { head, body: await readBody(head, question) };
    }).catch((error: unknown) => {
      throw noAnswer(question.url, error);
    });
    const { head, body } = response;
    if (head.status === 304) return null;
    throwIfBad(head, body, question);
    etag = head.headers.get('etag');
    return { bytes: body.bytes, contentType: head.headers.get('content-type') ?? '' };
  };
}

interface Body {
  readonly bytes: Buffer;
  readonly tooLarge: boolean;
}

/** Reads no further than the limit; leaving the loop cancels the rest. */
async function readBody({ body }: Response, { maxBytes }: Question): Promise<Body> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk.subarray(0, maxBytes - length));
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return { bytes: Buffer.concat(chunks), tooLarge: length > maxBytes };
}

function throwIfBad(
  { ok, status, statusText }: Response,
  { bytes, tooLarge }: Body,
  { url, maxBytes }: Question,
): void {
  if (!ok) {
    const message = `${url} answered ${`${status} ${statusText}`.trim()}; check the address and its server`;
    throw new BadAnswerError('SOURCE_BAD_ANSWER', message, { raw: bytes });
  }
  if (tooLarge) {
    const message = `${url} answered with more than maxBytes (${formatSize(maxBytes)}); raise it or ask for less`;
    throw new BadAnswerError('SOURCE_RECORD_TOO_LARGE', message, { raw: bytes });
  }
}

function noAnswer(url: string, error: unknown): unknown {
  if (!(error instanceof NoAnswerError)) return error;
  const message = `${url} gave no answer: ${error.message}; check the address`;
  return new BadAnswerError('SOURCE_NO_ANSWER', message, { cause: error.cause });
}
