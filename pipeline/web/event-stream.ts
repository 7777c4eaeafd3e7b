import type { ServerResponse } from 'node:http';
import { Refusal } from './refusal.ts';

/** Changes are told together, this often at most. */
const TOLD_EVERY_MS = 200;
/** A page that hears nothing for longer knows that the connection is lost. */
const SIGN_OF_LIFE_MS = 5000;
const MOST_CLIENTS = 50;

/** What has changed, up to a version. */
export interface Changes {
  readonly version: number;
  readonly data: object;
}

/** What has changed after a version; after 0: all there is. */
export type ChangesSince = (version: number) => Changes;

/**
 * Tells browsers what has changed, as server-sent events. Nothing waits for a slow one: it is told what is new when it has
 * taken what it was sent, so that it costs no memory however slow it is.
 */
export class EventStream {
  readonly #since: ChangesSince;
  /** Up to which version each has been told. */
  readonly #clients = new Map<ServerResponse, number>();
  #telling: NodeJS.Timeout | undefined;
  #living: NodeJS.Timeout | undefined;

  constructor(since: ChangesSince) {
    this.#since = since;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Answers with a stream that ends when the browser leaves. @throws Refusal 503 */
  open(response: ServerResponse): void {
    if (this.#clients.size >= MOST_CLIENTS)
      throw new Refusal(503, `${MOST_CLIENTS} browsers are watching, which is the most; close one and try again`);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    response.flushHeaders();
    response.on('error', () => undefined); // the browser has left: `close` follows
    response.on('drain', () => this.#tell(response));
    response.once('close', () => this.#forget(response));
    this.#clients.set(response, 0);
    this.#living ??= setInterval(() => this.#signOfLife(), SIGN_OF_LIFE_MS);
    const { version, data } = this.#since(0);
    this.#send(response, { version, data: { ...data, isAll: true } });
  }

  /** There is something new. */
  changed(): void {
    if (this.#clients.size === 0) return;
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      for (const response of this.#clients.keys()) this.#tell(response);
    }, TOLD_EVERY_MS);
  }

  end(): void {
    clearTimeout(this.#telling);
    for (const response of this.#clients.keys()) response.end();
  }

  #tell(response: ServerResponse): void {
    if (response.writableNeedDrain || response.writableEnded) return;
    this.#send(response, this.#since(this.#clients.get(response) ?? 0));
  }

  #send(response: ServerResponse, { version, data }: Changes): void {
    this.#clients.set(response, version);
    response.write(`data: ${JSON.stringify(data)}\n\n`);
  }

  #signOfLife(): void {
    for (const response of this.#clients.keys()) {
      if (!response.writableNeedDrain && !response.writableEnded) response.write('event: alive\ndata:\n\n');
    }
  }

  #forget(response: ServerResponse): void {
    this.#clients.delete(response);
    if (this.#clients.size > 0) return;
    clearInterval(this.#living);
    clearTimeout(this.#telling);
    this.#living = this.#telling = undefined;
  }
}
