import type { Sink, SinkRecord, SinkSetup } from '../../ports/sink.ts';
import { answerJson } from '../../web/answers.ts';
import { EventStream, type Changes } from '../../web/event-stream.ts';
import { pageRoutes } from '../../web/page/page-files.ts';
import { PageServer, type Route } from '../../web/page-server.ts';
import { Lines } from './lines.ts';
import { html } from './page/html.ts';
import { script } from './page/script.ts';
import { style } from './page/style.ts';
import { createReadValues, type ReadValues, type ValuesSettings } from './read-values.ts';

export interface PlotSettings extends ValuesSettings {
  readonly host: string;
  readonly token?: string | undefined;
  readonly title: string;
  readonly unit: string;
  readonly thresholds: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly span: number;
  /** Milliseconds; null: as the line usually has it. */
  readonly silentAfter: number | null;
  readonly points: number;
  readonly lines: number;
}

/** One clock that is ahead would move all lines out of sight; as much as Kafka itself lets timestamps be ahead. */
const AHEAD_MS = 3_600_000;

/** The page with the plot of a topic: what it knows it has read, so that it knows it again after a restart. */
export class PlotPage implements Sink {
  readonly server: PageServer;
  readonly #lines: Lines;
  readonly #events: EventStream;
  readonly #settings: PlotSettings;
  readonly #setup: SinkSetup;
  readonly #readValues: ReadValues;
  /** Records without anything to plot. */
  #strange = 0;

  constructor(settings: PlotSettings, setup: SinkSetup) {
    const { host, token, title } = settings;
    this.#settings = settings;
    this.#setup = setup;
    this.#readValues = createReadValues(settings);
    this.#lines = new Lines(settings);
    this.#events = new EventStream((version) => this.#since(version));
    const files = { name: 'plot', html: html({ title, topic: setup.topic }), style, script };
    const routes = new Map<string, Route>([
      ...pageRoutes(files),
      ['/events', (_url, response) => this.#events.open(response)],
      ['/plot.json', (_url, response) => answerJson(response, this.#since(0).data)],
      ['/healthz', (_url, response) => answerJson(response, this.#health())],
    ]);
    this.server = new PageServer({ what: 'plot', host, token, setup, routes });
  }

  async write(record: SinkRecord): Promise<void> {
    const mostMs = this.#setup.clock.nowMs() + AHEAD_MS;
    const values = (await this.#readValues(record)).filter(({ timeMs }) => timeMs <= mostMs);
    if (values.length === 0) this.#strange++;
    for (const { line, timeMs, value } of values) this.#lines.add(line, { timeMs, value });
    this.#events.changed();
  }

  close(): Promise<void> {
    return this.server.close(() => this.#events.end());
  }

  #since(version: number): Changes {
    const { version: upTo, data } = this.#lines.since(version);
    const { unit, thresholds, span, silentAfter, points } = this.#settings;
    const nowMs = this.#setup.clock.nowMs();
    const about = { unit, thresholds, span, silentAfter, keep: points, nowMs, problem: this.#problem };
    return { version: upTo, data: { ...about, ...data } };
  }

  get #problem(): string | null {
    if (this.#strange === 0) return null;
    return `Records of ${this.#setup.topic} without a number to plot, or an hour ahead of the clock, are left out: ${this.#strange} so far.`;
  }

  #health(): object {
    const { size, points } = this.#lines;
    return { status: size === 0 ? 'waiting' : 'ok', lines: size, points, clients: this.#events.clients };
  }
}
