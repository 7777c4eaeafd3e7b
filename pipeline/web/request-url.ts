import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/** The address of a request, of which path and query count. @throws Refusal 400 */
export function requestUrl({ url = '/' }: IncomingMessage): URL {
  if (!url.startsWith('/') || !URL.canParse(url, 'http://page')) throw new Refusal(400, 'the address is not valid');
  return new URL(url, 'http://page');
}
