import type { Server, ServerResponse } from 'node:http';
import type { Sink, SinkSetup } from '../../ports/sink.ts';
import { answer, answerJson } from '../../web/answers.ts';
import { pageRoutes } from '../../web/page/page-files.ts';
import { PageServer, type Route } from '../../web/page-server.ts';
import { readQuery } from '../../web/read-query.ts';
import { Refusal } from '../../web/refusal.ts';
import { Gallery } from './gallery.ts';
import { html } from './page/html.ts';
import { script } from './page/script.ts';
import { style } from './page/style.ts';
import { Streams } from './streams.ts';

export interface ViewerSettings {
  readonly host: string;
  readonly token: string | undefined;
  readonly maxReplays: number;
  readonly title: string;
}

/** The web server of one viewer. Its one reader is whoever calls `write`, however many browsers watch. */
export class Viewer implements Sink {
  readonly #pages: PageServer;
  readonly #gallery: Gallery;
  readonly #streams: Streams;
  readonly #settings: ViewerSettings;
  readonly #setup: SinkSetup;
  /** Tells the page that the viewer was started anew. */
  readonly #startedMs: number;

  constructor(settings: ViewerSettings, setup: SinkSetup) {
    this.#settings = settings;
    this.#setup = setup;
    this.#startedMs = setup.clock.nowMs();
    this.#gallery = new Gallery(setup.topic, setup.clock);
    this.#streams = new Streams({ gallery: this.#gallery, setup, maxReplays: settings.maxReplays });
    this.#pages = new PageServer({
      what: 'viewer',
      host: settings.host,
      token: settings.token,
      setup,
      routes: this.#createRoutes(),
    });
  }

  get http(): Server {
    return this.#pages.http;
  }

  write(record: Parameters<Sink['write']>[0]): void {
    this.#gallery.add(record);
  }

  close(): Promise<void> {
    return this.#pages.close(() => this.#streams.end());
  }

  #createRoutes(): ReadonlyMap<string, Route> {
    const { title } = this.#settings;
    return new Map<string, Route>([
      ...pageRoutes({ name: 'viewer', html: html({ title, topic: this.#setup.topic }), style, script }),
      ['/stream.mjpg', (url, response) => this.#streams.open(url, response)],
      ['/snapshot.jpg', (url, response) => this.#snapshot(url, response)],
      ['/state.json', (url, response) => this.#state(url, response)],
      ['/healthz', (_url, response) => answerJson(response, this.#health())],
    ]);
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
