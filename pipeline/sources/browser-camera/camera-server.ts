import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { messageOf } from '../../errors/pipeline-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import { answer, answerJson } from '../../web/answers.ts';
import { throwIfWrongToken } from '../../web/bearer-token.ts';
import { setGuardHeaders } from '../../web/guard.ts';
import { isLoopback } from '../../web/loopback.ts';
import { pageRoutes } from '../../web/page/page-files.ts';
import type { Route } from '../../web/page-server.ts';
import { Refusal } from '../../web/refusal.ts';
import { requestUrl } from '../../web/request-url.ts';
import type { Certificate } from './certificate.ts';
import type { FrameDoor } from './frame-door.ts';
import type { Invitation } from './invitation.ts';
import { html } from './page/html.ts';
import { script } from './page/script.ts';
import { style } from './page/style.ts';
import type { ResultRelay } from './result-relay.ts';

/** A picture that takes longer to come in is of no use any more. */
const REQUEST_MS = 15_000;
/** Node looks for those that take longer this often. */
const CHECKED_EVERY_MS = 1000;
const FAREWELL_MS = 300;
const SOURCE_ID = /^[\w.-]{1,100}$/;

export interface CameraServerParts {
  readonly name: string;
  readonly title: string;
  /** Null: whoever is on this machine may send. */
  readonly token: string | null;
  readonly certificate: Certificate | null;
  readonly door: FrameDoor;
  /** Null where no viewer is named. */
  readonly relay: ResultRelay | null;
  /** What the page begins with. */
  readonly setup: object;
  /** For other devices; null where none can come. */
  readonly invitation: () => Invitation | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Serves the page, takes its pictures and shows it the result. */
export class CameraServer {
  readonly http: Server;
  readonly #parts: CameraServerParts;
  readonly #page: ReadonlyMap<string, Route>;

  constructor(parts: CameraServerParts) {
    this.#parts = parts;
    const page = { name: 'camera', html: html(parts.title), style, script };
    this.#page = new Map(pageRoutes(page));
    const listener = (request: IncomingMessage, response: ServerResponse): void => void this.#serve(request, response);
    const limits = {
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS,
      connectionsCheckingInterval: CHECKED_EVERY_MS,
    };
    this.http = parts.certificate
      ? createHttpsServer({ ...parts.certificate, ...limits }, listener)
      : createHttpServer(limits, listener);
  }

  async close(): Promise<void> {
    const { clock, relay } = this.#parts;
    const closed = new AbortController();
    this.http.close(() => closed.abort());
    relay?.close();
    this.http.closeIdleConnections();
    await clock.sleep(FAREWELL_MS, closed.signal);
    this.http.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setGuardHeaders(response);
    response.on('error', () => undefined); // the browser has left
    try {
      await this.#route(request, response);
    } catch (error) {
      if (response.headersSent) return void response.destroy();
      refuse(request, response, this.#asRefusal(request, error));
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { token, door } = this.#parts;
    const url = requestUrl(request);
    throwIfForeign(request, token);
    const file = this.#page.get(url.pathname);
    if (file) {
      throwUnlessMethod(request, 'GET');
      file(url, response);
      return;
    }
    if (token !== null) throwIfWrongToken(request, token);
    if (url.pathname !== '/frames') return this.#show(url, request, response);
    throwUnlessMethod(request, 'POST');
    answerJson(response, await door.take(request, url));
  }

  async #show(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    throwUnlessMethod(request, 'GET');
    switch (url.pathname) {
      case '/setup.json': {
        answerJson(response, this.#parts.setup);
        return;
      }
      case '/address.svg': {
        const invitation = this.#parts.invitation();
        if (!invitation) throw new Refusal(404, 'this camera listens to this machine alone; set host to open it');
        answer(response, { type: 'image/svg+xml', body: invitation.svg });
        return;
      }
      case '/result/stream.mjpg':
        return this.#relayed().relay('stream.mjpg', sourceOf(url), response);
      case '/result/state.json':
        return this.#relayed().relay('state.json', null, response);
      default:
        throw new Refusal(404, `there is no ${url.pathname} here; look at / for the page`);
    }
  }

  #relayed(): ResultRelay {
    if (this.#parts.relay) return this.#parts.relay;
    throw new Refusal(404, 'this camera knows no viewer; give its address in the option viewer');
  }

  #asRefusal(request: IncomingMessage, error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    if (request.destroyed) return new Refusal(400, 'the request has ended too early');
    const sentence = `this request made the source fail: ${messageOf(error)}; please report it`;
    this.#parts.log.error({ source: this.#parts.name }, sentence);
    return new Refusal(500, sentence);
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, message }: Refusal): void {
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (status === 405) response.setHeader('allow', 'GET, HEAD, POST');
  if (status === 503 || status === 502) response.setHeader('retry-after', '1');
  if (!request.complete) response.setHeader('connection', 'close'); // what is left of the body is not waited for
  answer(response, { type: 'application/json', body: JSON.stringify({ error: message }), status });
}

function sourceOf(url: URL): string | null {
  const source = url.searchParams.get('source');
  if (source === null || SOURCE_ID.test(source)) return source;
  throw new Refusal(400, 'source must be the name of a camera');
}

/**
 * Pages of foreign sites may not send pictures through the browser of whoever visits them: neither by their own name
 * (`Origin`) nor, where no token is asked for, by a name they point at 127.0.0.1 (`Host`).
 * @throws Refusal 403
 */
function throwIfForeign({ headers }: IncomingMessage, token: string | null): void {
  const { origin, host = '' } = headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    throw new Refusal(403, `pages of ${origin} may not come here`);
  if (token === null && !isLoopback(host))
    throw new Refusal(403, `this camera answers to localhost only, not to "${host}"; set host or address to open it`);
}

function throwUnlessMethod({ method = '' }: IncomingMessage, wanted: 'GET' | 'POST'): void {
  if (method === wanted || (wanted === 'GET' && method === 'HEAD')) return;
  throw new Refusal(405, `${method} is not possible here; use ${wanted}`);
}
