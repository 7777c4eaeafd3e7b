import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/** Lets a request pass that bears the token. @throws Refusal 401 */
export function throwIfWrongToken({ headers }: IncomingMessage, token: string): void {
  const [scheme = '', given = ''] = (headers.authorization ?? '').split(' ');
  if (scheme.toLowerCase() !== 'bearer' || given === '')
    throw new Refusal(401, 'a token is needed; send authorization: Bearer <token>');
  throwIfOtherToken(given, token);
}

/** @throws Refusal 401 */
export function throwIfOtherToken(given: string, token: string): void {
  if (!isSame(given, token)) throw new Refusal(401, 'the token is another; correct it');
}

/** Compares secrets in a time that tells nothing of them. */
export function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

/** Of one length, whatever it is of. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
