import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLoopback } from './loopback.ts';
import { Refusal } from './refusal.ts';

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

/** Sets the headers that keep other sites from framing, embedding or extending the page. */
export function setGuardHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}

/**
 * A page on loopback answers only to the names of this machine: else a site could point a name of its own at
 * 127.0.0.1 and read the page through the browser of whoever visits it (DNS rebinding).
 * @throws Refusal 403
 */
export function throwIfForeignHost(
  { headers }: IncomingMessage,
  { what, host: boundTo }: { readonly what: string; readonly host: string },
): void {
  if (!isLoopback(boundTo)) return;
  const host = headers.host ?? '';
  if (isLoopback(host)) return;
  throw new Refusal(
    403,
    `this ${what} answers to localhost only, not to "${host}"; set host to open it to the network`,
  );
}
