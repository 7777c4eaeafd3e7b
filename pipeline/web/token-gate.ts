import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSame, throwIfOtherToken } from './bearer-token.ts';
import { Refusal } from './refusal.ts';

/**
 * Lets those pass who know the token: programs by `authorization: Bearer <token>`, browsers by opening the page once with
 * `?token=<token>`, which becomes a cookie that scripts cannot read and other sites cannot send.
 */
export class TokenGate {
  readonly #token: string;
  readonly #cookie: string;

  constructor(token: string) {
    this.#token = token;
    const pass = digest(token, 'pass').toString('hex');
    // cookies are shared by all ports of a host: each token has a name of its own
    this.#cookie = `tapline-${digest(token, 'name').toString('hex', 0, 6)}=${pass}`;
  }

  /** True where the request may go on; false where it was answered. @throws Refusal 401 */
  admit(request: IncomingMessage, url: URL, response: ServerResponse): boolean {
    const given = url.searchParams.get('token');
    if (given !== null) {
      throwIfOtherToken(given, this.#token);
      url.searchParams.delete('token');
      response
        .writeHead(303, {
          location: url.pathname + url.search,
          'set-cookie': `${this.#cookie}; HttpOnly; SameSite=Strict; Path=/`,
        })
        .end();
      return false;
    }
    const { authorization = '', cookie = '' } = request.headers;
    const [, bearer] = /^bearer (\S+)$/i.exec(authorization) ?? [];
    if (bearer !== undefined) throwIfOtherToken(bearer, this.#token);
    else if (!cookie.split('; ').some((one) => isSame(one, this.#cookie)))
      throw new Refusal(401, 'a token is needed; open /?token=<token>, or send authorization: Bearer <token>');
    return true;
  }
}

function digest(text: string, purpose: string): Buffer {
  return createHmac('sha256', purpose).update(text).digest();
}
