import type { ServerResponse } from 'node:http';

/** A whole answer. */
export interface Answer {
  readonly type: string;
  readonly body: string | Buffer;
  readonly status?: number;
}

/** Sends a whole answer; `node:http` leaves the body out where the request was HEAD. */
export function answer(response: ServerResponse, { type, body, status = 200 }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

export function answerJson(response: ServerResponse, value: unknown): void {
  answer(response, { type: 'application/json', body: JSON.stringify(value) });
}

/** One sentence as plain text: nothing in it can be markup. */
export function answerSentence(response: ServerResponse, status: number, sentence: string): void {
  answer(response, { type: 'text/plain; charset=utf-8', body: `${sentence}\n`, status });
}
