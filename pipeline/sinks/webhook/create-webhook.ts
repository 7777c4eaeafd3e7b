import { PoisonRecordError, RetriableError } from '../../errors/pipeline-error.ts';
import type { Sink, SinkRecord, SinkSetup } from '../../ports/sink.ts';
import { NoAnswerError, withinTime } from '../../web/within-time.ts';
import type { WebhookOptions } from '../webhook.ts';
import { webhookRequest } from './webhook-request.ts';

const MAY_PASS_LATER: ReadonlySet<number> = new Set([408, 425, 429]);
const READ_BYTES = 64 * 1024;
const SHOWN_CHARACTERS = 200;

/** The server has not taken a record, and may do so later: not before the time it names. */
class NotNowError extends RetriableError {
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super('SINK_REFUSED', message);
    this.retryAfterMs = retryAfterMs;
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

export function createWebhook(options: WebhookOptions, { clock }: Pick<SinkSetup, 'clock'>): Sink {
  const { url, timeout } = options;
  // what is under way when the tap stops has its time: whether it arrived would else be unknown
  const patience = { timeout, clock, signal: new AbortController().signal };
  return {
    async write(record) {
      const answer = await withinTime(patience, (signal) => post(record, { options, signal })).catch(
        (error: unknown) => {
          if (!(error instanceof NoAnswerError)) throw error;
          throw new RetriableError('SINK_NO_ANSWER', `${url} gave no answer: ${error.message}; check the address`, {
            cause: error.cause,
          });
        },
      );
      throwIfRefused(answer, { url, nowMs: clock.nowMs() });
    },
  };
}

interface Posting {
  readonly options: WebhookOptions;
  readonly signal: AbortSignal;
}

async function post(record: SinkRecord, { options, signal }: Posting): Promise<Answer> {
  const { body, headers } = webhookRequest(record, options);
  const response = await fetch(options.url, {
    method: 'POST',
    headers: { ...headers, ...options.headers },
    body: new Uint8Array(body),
    redirect: 'manual',
    signal,
  });
  return { status: response.status, text: await textOf(response), retryAfter: response.headers.get('retry-after') };
}

/** The beginning of the answer; leaving the loop cancels the rest. */
async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > READ_BYTES) break;
  }
  return Buffer.concat(chunks).toString().trim();
}

/** @throws NotNowError, PoisonRecordError */
function throwIfRefused(
  { status, text, retryAfter }: Answer,
  { url, nowMs }: { readonly url: string; readonly nowMs: number },
): void {
  if (status >= 200 && status < 300) return;
  const said = text === '' ? '' : ` (${text.replace(/\s+/g, ' ').slice(0, SHOWN_CHARACTERS)})`;
  if (status >= 500 || MAY_PASS_LATER.has(status)) {
    throw new NotNowError(`${url} answered ${status}${said}; look at its server`, waitOf(retryAfter, nowMs));
  }
  const mend = status < 400 ? 'give the address it leads to' : 'correct the address, its headers or the record';
  throw new PoisonRecordError('SINK_REFUSED', `${url} answered ${status}${said}; ${mend}`);
}

/** Seconds or a date. */
function waitOf(retryAfter: string | null, nowMs: number): number {
  if (retryAfter === null) return 0;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - nowMs;
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}
