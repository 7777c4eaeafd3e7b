import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ErrorCode } from '../errors/catalogue.ts';
import { UserError, messageOf } from '../errors/pipeline-error.ts';

const FIRST_PORT = 8080;
const PORTS_TRIED = 100;

export interface ListenAt {
  /** Who listens, for the error: `tap "watch"`. */
  readonly who: string;
  readonly host: string;
  /** Undefined: 8080, or the next one that is free. */
  readonly port: number | undefined;
  /** Codes for a port that is taken and for all else. */
  readonly codes: { readonly busy: ErrorCode; readonly unusable: ErrorCode };
}

/**
 * Makes the server listen and returns the port.
 * @throws UserError with code `busy` where the port that was asked for is taken, `unusable` for other reasons.
 */
export async function listen(server: Server, { who, host, port, codes }: ListenAt): Promise<number> {
  const last = port ?? FIRST_PORT + PORTS_TRIED - 1;
  for (let candidate = port ?? FIRST_PORT; candidate <= last; candidate++) {
    try {
      server.listen(candidate, host);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw unusable(error, { who, host, codes, port: candidate });
    }
  }
  const busy = port === undefined ? `ports ${FIRST_PORT} to ${last} are` : `port ${port} is`;
  throw new UserError(
    codes.busy,
    `${who}: ${busy} taken on ${host}; choose another (with: { port: ${last + 1} }) or stop the program that has it`,
  );
}

function unusable(cause: unknown, { who, host, codes, port = 0 }: ListenAt): UserError {
  return new UserError(
    codes.unusable,
    `${who} cannot listen on ${host}, port ${port}: ${messageOf(cause)}; correct host or port`,
    { cause },
  );
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
