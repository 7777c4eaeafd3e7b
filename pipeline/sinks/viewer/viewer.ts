import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf } from '../../errors/pipeline-error.ts';
import type { Sink, SinkSetup } from '../../ports/sink.ts';
import { Refusal } from '../../web/refusal.ts';
import { answer, answerJson, answerSentence } from './answers.ts';
import { Gallery } from './gallery.ts';
import { setGuardHeaders, throwIfForeignHost } from './guard.ts';
import { pageFiles, type PageFile } from './page/files.ts';
import { readQuery } from './query.ts';
import { Streams } from './streams.ts';

/** How long streams may take to say goodbye. */
const FAREWELL_MS = 300;

export interface ViewerSettings {
  readonly host: string;
  readonly maxReplays: number;
  readonly title: string;
}

type Route = (url: URL, response: ServerResponse) => void;

/** The web server of one viewer. Its one reader is whoever calls `write`, however many browsers watch. */
export class Viewer implements Sink {
  readonly server: Server;
  readonly #gallery: Gallery;
  readonly #streams: Streams;
  readonly #settings: ViewerSettings;
  readonly #setup: SinkSetup;
  readonly #routes: ReadonlyMap<string, Route>;
  /** Tells the page that the viewer was started anew. */
  readonly #startedMs: number;
  #closed: Promise<void> | null = null;

  constructor(settings: ViewerSettings, setup: SinkSetup) {
    this.#settings = settings;
    this.#setup = setup;
    this.#startedMs = setup.clock.nowMs();
    this.#gallery = new Gallery(setup.topic, setup.clock);
    this.#streams = new Streams({ gallery: this.#gallery, setup, maxReplays: settings.maxReplays });
    this.#routes = this.#createRoutes();
    this.server = createServer((request, response) => this.#serve(request, response));
  }

  write(record: Parameters<Sink['write']>[0]): void {
    this.#gallery.add(record);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.#streams.end();
    const force = setTimeout(() => this.server.closeAllConnections(), FAREWELL_MS);
    this.server.closeIdleConnections();
    await closed;
    clearTimeout(force);
  }

  #createRoutes(): ReadonlyMap<string, Route> {
    const { title } = this.#settings;
    const files = pageFiles({ title, topic: this.#setup.topic }).map((file): [string, Route] => [
      file.path,
      (_url, response) => serveFile(response, file),
    ]);
    return new Map<string, Route>([
      ...files,
      ['/stream.mjpg', (url, response) => this.#streams.open(url, response)],
      ['/snapshot.jpg', (url, response) => this.#snapshot(url, response)],
      ['/state.json', (url, response) => this.#state(url, response)],
      ['/healthz', (_url, response) => answerJson(response, this.#health())],
    ]);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    setGuardHeaders(response);
    try {
      throwIfForeignHost(request, this.#settings.host);
      const url = urlOf(request);
      const route = this.#routes.get(url.pathname);
      if (!route) throw new Refusal(404, `there is no ${url.pathname} here; look at / for the page`);
      throwIfNotRead(request, response);
      route(url, response);
    } catch (error) {
      this.#refuse(response, error);
    }
  }

  #refuse(response: ServerResponse, error: unknown): void {
    if (error instanceof Refusal) return answerSentence(response, error.status, error.message);
    this.#setup.log.error({ tap: this.#setup.name }, `the viewer failed to answer: ${messageOf(error)}`);
    answerSentence(response, 500, 'the viewer failed to answer; its log says why');
  }

  #snapshot(url: URL, response: ServerResponse): void {
    const { source = null } = readQuery(url, ['source', 't']);
    const picture = this.#gallery.latest(source);
    if (!picture) throw new Refusal(503, this.#gallery.problem ?? this.#noFrameYet(source));
    answer(response, { type: picture.contentType, body: picture.bytes });
  }

  #noFrameYet(source: string | null): string {
    const known = this.#gallery.sourceIds();
    if (source === null || known.length === 0) return `no frame yet from ${this.#setup.topic}; try again in a moment`;
    return `no frame yet from source "${source}"; there are ${known.join(', ')}`;
  }

  #state(url: URL, response: ServerResponse): void {
    const { view = null } = readQuery(url, ['view', 't']);
    const { clients, replays } = this.#streams;
    answerJson(response, {
      startedMs: this.#startedMs,
      topic: this.#setup.topic,
      clients,
      replays,
      problem: this.#gallery.problem,
      sources: this.#gallery.states(),
      replay: view === null ? null : this.#streams.replayState(view),
    });
  }

  #health(): object {
    const states = this.#gallery.states();
    const { frames, problem } = this.#gallery;
    const lastFrameAgeMs = states.length > 0 ? Math.min(...states.map(({ ageMs }) => ageMs)) : null;
    const status = problem ? 'not pictures' : frames === 0 ? 'waiting' : 'ok';
    return { status, frames, clients: this.#streams.clients, lastFrameAgeMs, problem };
  }
}

function serveFile(response: ServerResponse, { type, body }: PageFile): void {
  answer(response, { type, body });
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  if (!url.startsWith('/') || !URL.canParse(url, 'http://viewer')) throw new Refusal(400, 'the address is not valid');
  return new URL(url, 'http://viewer');
}

function throwIfNotRead({ method }: IncomingMessage, response: ServerResponse): void {
  if (method === 'GET' || method === 'HEAD') return;
  response.setHeader('allow', 'GET, HEAD');
  throw new Refusal(405, `${method ?? 'this method'} is not possible here; the viewer is read with GET`);
}
