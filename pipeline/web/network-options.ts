import { z } from 'zod';
import { isLoopback } from './loopback.ts';

/** What who comes must know. */
export const tokenText = z.string().min(8, { error: 'must have at least 8 characters' });

/** For a refinement of options: what is open to the network asks for a token. */
export function isGuarded({ host, token }: { readonly host: string; readonly token?: string | undefined }): boolean {
  return isLoopback(host) || token !== undefined;
}

export const UNGUARDED: { error: string; path: PropertyKey[] } = {
  error: 'is needed where host is not of this machine alone; write token: ${secret:NAME}',
  path: ['token'],
};
