import type { ServerResponse } from 'node:http';
import { messageOf } from '../../errors/pipeline-error.ts';
import type { SinkSetup, StartPosition } from '../../ports/sink.ts';
import { Refusal } from '../../web/refusal.ts';
import type { Gallery } from './gallery.ts';
import { streamLive } from './live-stream.ts';
import { MULTIPART_TYPE } from './multipart.ts';
import { streamQuery, type StreamQuery } from './query.ts';
import { streamReplay } from './replay-stream.ts';
import { SourceView, type SourceState } from './source-view.ts';

export interface StreamsParts {
  readonly gallery: Gallery;
  readonly setup: SinkSetup;
  readonly maxReplays: number;
}

/** What a replay shows, and when that was captured (ISO 8601). */
export type ReplayState = SourceState & { readonly at: string };

interface RunningReplay {
  readonly view: string | null;
  readonly abort: AbortController;
  /** What it has shown so far; null before the first picture. */
  shown: SourceView | null;
}

/** All streams of pictures that browsers have open. */
export class Streams {
  readonly #parts: StreamsParts;
  readonly #responses = new Set<ServerResponse>();
  readonly #replays = new Set<RunningReplay>();

  constructor(parts: StreamsParts) {
    this.#parts = parts;
  }

  get clients(): number {
    return this.#responses.size;
  }

  get replays(): number {
    return this.#replays.size;
  }

  /** Answers with a stream that ends when the browser leaves. @throws Refusal */
  open(url: URL, response: ServerResponse): void {
    const query = streamQuery(url, this.#parts.setup.clock.nowMs());
    if (query.from !== null) this.#throwIfTooManyReplays();
    response.writeHead(200, { 'content-type': MULTIPART_TYPE });
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    response.flushHeaders();
    response.on('error', () => undefined); // the browser has left: `close` follows
    this.#responses.add(response);
    response.once('close', () => this.#responses.delete(response));
    if (query.from === null) streamLive(response, this.#parts.gallery, query.source);
    else void this.#replay(response, query, query.from);
  }

  /** Null where there is no such replay or it has shown nothing yet. */
  replayState(view: string): ReplayState | null {
    const shown = [...this.#replays].find((replay) => replay.view === view)?.shown;
    if (!shown) return null;
    return { ...shown.state(this.#parts.setup.clock.nowMs()), at: new Date(shown.latest.capturedMs).toISOString() };
  }

  /** Ends every stream; those who do not listen are left to whoever closes their sockets. */
  end(): void {
    for (const { abort } of this.#replays) abort.abort();
    for (const response of this.#responses) response.end();
  }

  #throwIfTooManyReplays(): void {
    const { maxReplays } = this.#parts;
    if (this.#replays.size < maxReplays) return;
    throw new Refusal(
      503,
      `${maxReplays} replays are running, which is the most (maxReplays); close one and try again`,
    );
  }

  async #replay(response: ServerResponse, { source, view }: StreamQuery, from: StartPosition): Promise<void> {
    const { setup } = this.#parts;
    const replay: RunningReplay = { view, abort: new AbortController(), shown: null };
    const { signal } = replay.abort;
    this.#replays.add(replay);
    response.once('close', () => replay.abort.abort());
    try {
      await streamReplay(response, {
        records: setup.openReader({ topic: setup.topic, from, signal }),
        sourceId: source,
        clock: setup.clock,
        signal,
        onPicture: (picture) => {
          const nowMs = setup.clock.nowMs();
          if (replay.shown) replay.shown.add(picture, nowMs);
          else replay.shown = new SourceView(picture, nowMs);
        },
      });
    } catch (error) {
      if (!signal.aborted) setup.log.warn({ tap: setup.name }, `a replay of ${setup.topic} ended: ${messageOf(error)}`);
    } finally {
      this.#replays.delete(replay);
      response.end();
    }
  }
}
