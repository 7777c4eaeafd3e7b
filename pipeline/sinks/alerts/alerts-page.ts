import type { Sink, SinkRecord, SinkSetup } from '../../ports/sink.ts';
import { answer, answerJson } from '../../web/answers.ts';
import { EventStream, type Changes } from '../../web/event-stream.ts';
import { pageRoutes } from '../../web/page/page-files.ts';
import { PageServer, type Route } from '../../web/page-server.ts';
import { readQuery } from '../../web/read-query.ts';
import { Refusal } from '../../web/refusal.ts';
import { AlertList } from './alert-list.ts';
import { html } from './page/html.ts';
import { script } from './page/script.ts';
import { style } from './page/style.ts';
import { readAlert } from './read-alert.ts';

export interface AlertsSettings {
  readonly host: string;
  readonly token?: string | undefined;
  readonly title: string;
  readonly keep: number;
}

/** The page of the alerts of a topic: what it knows it has read, so that it knows it again after a restart. */
export class AlertsPage implements Sink {
  readonly server: PageServer;
  readonly #list: AlertList;
  readonly #events: EventStream;
  readonly #setup: SinkSetup;
  /** Records that tell of no alert. */
  #strange = 0;

  constructor(settings: AlertsSettings, setup: SinkSetup) {
    const { host, token, keep, title } = settings;
    this.#setup = setup;
    this.#list = new AlertList(keep);
    this.#events = new EventStream((version) => this.#since(version));
    const files = { name: 'alerts', html: html({ title, topic: setup.topic }), style, script };
    const routes = new Map<string, Route>([
      ...pageRoutes(files),
      ['/events', (_url, response) => this.#events.open(response)],
      ['/alerts.json', (_url, response) => answerJson(response, this.#since(0).data)],
      ['/picture', (url, response) => this.#picture(url, response)],
      ['/healthz', (_url, response) => answerJson(response, this.#health())],
    ]);
    this.server = new PageServer({ what: 'page of alerts', host, token, setup, routes });
  }

  write(record: SinkRecord): void {
    const told = readAlert(record);
    if (told) this.#list.add(told);
    else this.#strange++;
    this.#events.changed();
  }

  close(): Promise<void> {
    return this.server.close(() => this.#events.end());
  }

  #since(version: number): Changes {
    const { version: upTo, data } = this.#list.since(version);
    return { version: upTo, data: { ...data, problem: this.#problem } };
  }

  get #problem(): string | null {
    if (this.#strange === 0) return null;
    return `Records of ${this.#setup.topic} that are no JSON object are left out: ${this.#strange} so far.`;
  }

  #picture(url: URL, response: Parameters<Route>[1]): void {
    const { id = '' } = readQuery(url, ['id', 'v']);
    const picture = this.#list.picture(id);
    if (!picture) throw new Refusal(404, `there is no picture of the alert "${id}" here`);
    response.setHeader('cache-control', 'private, max-age=3600'); // its address names its version
    answer(response, { type: picture.contentType, body: picture.bytes });
  }

  #health(): object {
    const { size, lasting } = this.#list;
    return { status: size === 0 ? 'waiting' : 'ok', alerts: size, lasting, clients: this.#events.clients };
  }
}
