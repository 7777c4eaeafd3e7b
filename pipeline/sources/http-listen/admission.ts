import type { IncomingMessage } from 'node:http';
import { throwIfWrongToken } from '../../web/bearer-token.ts';
import { isLoopback } from '../../web/loopback.ts';
import { Refusal } from '../../web/refusal.ts';

/** Who may send records. */
export interface AdmissionOptions {
  readonly host: string;
  readonly path: string;
  readonly token?: string | undefined;
  readonly origins: readonly string[];
}

/**
 * Lets a request pass or refuses it. Without a token, only programs of this machine may send: not the pages of foreign
 * sites in its browser, neither by their own name (`Origin`) nor by a name they point at 127.0.0.1 (`Host`).
 * @throws Refusal 401, 403, 404
 */
export function throwIfNotAdmitted(request: IncomingMessage, { host, path, token, origins }: AdmissionOptions): void {
  const pathname = (request.url ?? '/').replace(/[?#].*$/s, '');
  if (pathname !== path) throw new Refusal(404, `there is nothing at ${pathname}; records are taken at ${path}`);
  throwIfForeignOrigin(request, origins);
  if (token !== undefined) return throwIfWrongToken(request, token);
  const asked = request.headers.host ?? '';
  if (isLoopback(host) && !isLoopback(asked))
    throw new Refusal(403, `this source answers to localhost only, not to "${asked}"; set host and token to open it`);
}

/** The headers that let a browser hand the answer to a page of an allowed site. */
export function corsHeaders(
  { headers }: IncomingMessage,
  origins: readonly string[],
): Readonly<Record<string, string>> {
  const { origin } = headers;
  if (origin === undefined || !origins.includes(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type, idempotency-key',
    'access-control-expose-headers': 'retry-after',
    vary: 'origin',
  };
}

function throwIfForeignOrigin({ headers }: IncomingMessage, origins: readonly string[]): void {
  const { origin, host } = headers;
  if (origin === undefined || origins.includes(origin) || origin === `http://${host}`) return;
  throw new Refusal(403, `pages of ${origin} may not send records here; name it in origins`);
}
