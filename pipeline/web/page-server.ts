import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf } from '../errors/pipeline-error.ts';
import type { SinkSetup } from '../ports/sink.ts';
import { answerSentence } from './answers.ts';
import { setGuardHeaders, throwIfForeignHost } from './guard.ts';
import { Refusal } from './refusal.ts';
import { requestUrl } from './request-url.ts';
import { TokenGate } from './token-gate.ts';

/** How long streams may take to say goodbye. */
const FAREWELL_MS = 300;

/** Answers a GET or HEAD of one path; may throw a Refusal. */
export type Route = (url: URL, response: ServerResponse) => void;

export interface PageServerSettings {
  /** What it is, for its sentences: `viewer`. */
  readonly what: string;
  readonly host: string;
  /** Who does not know it sees nothing. */
  readonly token?: string | undefined;
  readonly setup: Pick<SinkSetup, 'name' | 'log'>;
  readonly routes: ReadonlyMap<string, Route>;
}

/** The web server of a page that is read and never written to. */
export class PageServer {
  readonly http: Server;
  readonly #settings: PageServerSettings;
  readonly #gate: TokenGate | null;
  #closed: Promise<void> | null = null;

  constructor(settings: PageServerSettings) {
    this.#settings = settings;
    this.#gate = settings.token === undefined ? null : new TokenGate(settings.token);
    this.http = createServer((request, response) => this.#serve(request, response));
  }

  /** Ends when all answers have ended; `endStreams` asks those to end that would go on. */
  close(endStreams: () => void): Promise<void> {
    this.#closed ??= this.#close(endStreams);
    return this.#closed;
  }

  async #close(endStreams: () => void): Promise<void> {
    const closed = new Promise((resolve) => this.http.close(resolve));
    endStreams();
    const force = setTimeout(() => this.http.closeAllConnections(), FAREWELL_MS);
    this.http.closeIdleConnections();
    await closed;
    clearTimeout(force);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    setGuardHeaders(response);
    const { what, routes } = this.#settings;
    try {
      throwIfForeignHost(request, this.#settings);
      const url = requestUrl(request);
      if (this.#gate?.admit(request, url, response) === false) return;
      const route = routes.get(url.pathname);
      if (!route) throw new Refusal(404, `there is no ${url.pathname} here; look at / for the page`);
      throwIfNotRead(request, response, what);
      route(url, response);
    } catch (error) {
      this.#refuse(response, error);
    }
  }

  #refuse(response: ServerResponse, error: unknown): void {
    if (error instanceof Refusal) return answerSentence(response, error.status, error.message);
    const { what, setup } = this.#settings;
    setup.log.error({ tap: setup.name }, `the ${what} failed to answer: ${messageOf(error)}`);
    answerSentence(response, 500, `the ${what} failed to answer; its log says why`);
  }
}

function throwIfNotRead({ method }: IncomingMessage, response: ServerResponse, what: string): void {
  if (method === 'GET' || method === 'HEAD') return;
  response.setHeader('allow', 'GET, HEAD');
  throw new Refusal(405, `${method ?? 'this method'} is not possible here; the ${what} is read with GET`);
}
