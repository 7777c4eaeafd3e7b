import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { messageOf } from '../../errors/pipeline-error.ts';
import { Refusal } from '../../web/refusal.ts';

/** Streams a browser or a phone leaves open are few; more are a fault or an attack. */
const MAX_STREAMS = 32;

/**
 * Hands on what the viewer shows, so that the page gets it from where it came from itself: with the same certificate and
 * token, and from a viewer that listens to this machine alone.
 */
export class ResultRelay {
  readonly #viewer: string;
  readonly #running = new Set<AbortController>();

  /** `viewer` is the address of its page. */
  constructor(viewer: string) {
    this.#viewer = viewer;
  }

  /** Answers with what the viewer has at `path`, as it comes and no faster than it is read. @throws Refusal 502, 503 */
  async relay(path: string, source: string | null, response: ServerResponse): Promise<void> {
    if (this.#running.size >= MAX_STREAMS)
      throw new Refusal(503, `${MAX_STREAMS} pages are watching, which is the most; close one`);
    const leaving = new AbortController();
    this.#running.add(leaving);
    response.once('close', () => leaving.abort());
    try {
      await this.#copy(this.#addressOf(path, source), response, leaving.signal);
    } finally {
      this.#running.delete(leaving);
      leaving.abort();
    }
  }

  /** Ends all streams. */
  close(): void {
    for (const leaving of this.#running) leaving.abort();
  }

  async #copy(address: URL, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const answer = await fetch(address, { signal, redirect: 'error' }).catch((cause: unknown) => {
      throw new Refusal(502, `the viewer at ${this.#viewer} does not answer: ${reasonOf(cause)}; start it`);
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.flushHeaders();
    if (!answer.body) return void response.end();
    // either side may leave at any time: the page opens the stream again
    await pipeline(Readable.fromWeb(answer.body as ReadableStream<Uint8Array>), response).catch(() => undefined);
  }

  #addressOf(path: string, source: string | null): URL {
    const address = new URL(path, this.#viewer);
    if (source !== null) address.searchParams.set('source', source);
    return address;
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return messageOf(cause ?? error);
}
