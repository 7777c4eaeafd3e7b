import { messageOf } from '../../errors/pipeline-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { formatDuration } from '../../topology/duration.ts';
import { formatSize } from '../../topology/size.ts';
import { BadAnswerError } from './bad-answer.ts';

/** A question that is asked again and again. */
export interface Question {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Longest wait for a whole answer, milliseconds. */
  readonly timeout: number;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
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

async function withinTime<Result>(question: Question, ask: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const { url, timeout, clock, signal } = question;
  const asking = new AbortController();
  const answered = new AbortController();
  const leave = (): void => asking.abort();
  signal.addEventListener('abort', leave);
  void clock.sleep(timeout, answered.signal).then(leave);
  try {
    return await ask(asking.signal);
  } catch (cause) {
    const reason = asking.signal.aborted ? `not within ${formatDuration(timeout)}` : deepestReason(cause);
    throw new BadAnswerError('SOURCE_NO_ANSWER', `${url} gave no answer: ${reason}; check the address`, { cause });
  } finally {
    answered.abort();
    signal.removeEventListener('abort', leave);
  }
}

/** `fetch failed` says nothing; its cause does. */
function deepestReason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return deepestReason(error.errors[0]);
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : deepestReason(cause);
}
