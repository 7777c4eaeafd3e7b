import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/** Lets a request pass that bears the token. @throws Refusal 401 */
export function throwIfWrongToken({ headers }: IncomingMessage, token: string): void {
  const [scheme = '', given = ''] = (headers.authorization ?? '').split(' ');
  if (scheme.toLowerCase() !== 'bearer' || given === '')
    throw new Refusal(401, 'a token is needed; send authorization: Bearer <token>');
  if (!timingSafeEqual(digest(given), digest(token))) throw new Refusal(401, 'the token is another; correct it');
}

/** Of one length, whatever it is of. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
