import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { messageOf } from '../../errors/pipeline-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import { Refusal } from '../../web/refusal.ts';
import { corsHeaders, throwIfNotAdmitted, type AdmissionOptions } from './admission.ts';
import type { Intake } from '../intake.ts';
import type { RequestReader } from './request-reader.ts';

/** What is under way when the source stops has so long to be acknowledged. */
const CLOSE_MS = 3000;
const RETRY_AFTER_S = '1';
const IN_DOUBT =
  'the records may be written or not, as the broker has not answered; send them again with the same Idempotency-Key';

interface IntakeServerParts {
  readonly settings: AdmissionOptions & { readonly timeout: number };
  readonly intake: Intake;
  readonly reader: RequestReader;
  readonly clock: Clock;
  readonly log: Logger;
  readonly name: string;
}

interface Answer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers requests: POST when its records are acknowledged, GET with a small status. */
export class IntakeServer {
  readonly http: Server;
  readonly #parts: IntakeServerParts;
  readonly #answering = new Set<Promise<void>>();
  /** Aborted, a request is no longer waited for. */
  readonly #waiting = new Set<AbortController>();
  #closing = false;
  #refused = 0;

  constructor(parts: IntakeServerParts) {
    this.#parts = parts;
    this.http = createServer((request, response) => {
      const answering = this.#answer(request, response).finally(() => this.#answering.delete(answering));
      this.#answering.add(answering);
    });
  }

  /** Takes no more requests, and answers those that are under way: in doubt, where the broker takes too long. */
  async close(): Promise<void> {
    const { clock } = this.#parts;
    this.#closing = true;
    this.http.close();
    const answered = new AbortController();
    const all = Promise.allSettled(this.#answering).then(() => answered.abort());
    await clock.sleep(CLOSE_MS, answered.signal);
    for (const waiting of this.#waiting) waiting.abort();
    await Promise.race([all, clock.sleep(CLOSE_MS)]);
    this.http.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { settings } = this.#parts;
    const { status, body, headers } = await this.#reply(request);
    if (status >= 400) this.#refused++;
    const isRead = request.complete && !this.#closing;
    response.writeHead(status, {
      ...(body && { 'content-type': 'application/json' }),
      ...(!isRead && { connection: 'close' }), // what is left of the body is not waited for
      ...corsHeaders(request, settings.origins),
      ...headers,
    });
    response.end(body && `${JSON.stringify(body)}\n`);
    await finished(response).catch(() => undefined); // the client has left: nobody to tell
  }

  async #reply(request: IncomingMessage): Promise<Answer> {
    try {
      throwIfNotAdmitted(request, this.#parts.settings);
      if (request.method === 'GET' || request.method === 'HEAD') return { status: 200, body: this.#status() };
      if (request.method === 'OPTIONS') return { status: 204, headers: { allow: 'GET, POST' } };
      if (request.method === 'POST') return await this.#take(request);
      throw new Refusal(405, `${request.method ?? 'this method'} is not possible here; send records with POST`);
    } catch (error) {
      if (error instanceof Refusal) return refused(error);
      if (request.destroyed) return refused(new Refusal(400, 'the request has ended too early')); // the client has left
      const sentence = `this request made the source fail: ${messageOf(error)}; please report it`;
      this.#parts.log.error({ source: this.#parts.name }, sentence);
      return { status: 500, body: { error: sentence } };
    }
  }

  #status(): object {
    const { name, intake } = this.#parts;
    return { source: name, accepted: intake.accepted, waiting: intake.waiting, refused: this.#refused };
  }

  async #take(request: IncomingMessage): Promise<Answer> {
    const { intake, reader } = this.#parts;
    if (this.#closing) throw new Refusal(503, 'this source is being stopped; send again later');
    const bytes = reader.sizeOf(request);
    if (!intake.reserve(bytes)) throw full();
    const taken = this.#takeBody(request);
    void taken
      .then(({ settled }) => settled)
      .finally(() => intake.release(bytes))
      .catch(() => undefined); // told below
    const { ids, settled } = await taken;
    if (await this.#inTime(settled)) return { status: 202, body: { ids } };
    throw new Refusal(
      503,
      'the records were not written, as this source has no room or is being stopped; send them again',
    );
  }

  async #takeBody(request: IncomingMessage): Promise<{ ids: readonly unknown[]; settled: Promise<boolean> }> {
    const { intake, reader } = this.#parts;
    const records = await reader.records(request);
    if (!intake.hasRoomFor(records.length)) throw full();
    return { ids: records.map(({ headers }) => headers['ce_id']), settled: intake.take(records) };
  }

  /** @throws Refusal 503 where it takes too long. */
  async #inTime(settled: Promise<boolean>): Promise<boolean> {
    const { clock, settings } = this.#parts;
    const waiting = new AbortController();
    this.#waiting.add(waiting);
    const tooLate = clock.sleep(settings.timeout, waiting.signal).then(() => null);
    const outcome = await Promise.race([settled, tooLate]);
    waiting.abort();
    this.#waiting.delete(waiting);
    if (outcome === null) throw new Refusal(503, IN_DOUBT);
    return outcome;
  }
}

function full(): Refusal {
  return new Refusal(503, 'too many records wait for the broker; send these again later');
}

function refused({ status, message }: Refusal): Answer {
  const headers = {
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(status === 405 && { allow: 'GET, POST' }),
    ...(status === 503 && { 'retry-after': RETRY_AFTER_S }),
  };
  return { status, body: { error: message }, headers };
}
