import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError, messageOf } from '../../errors/pipeline-error.ts';

const FIRST_PORT = 8080;
const PORTS_TRIED = 100;

export interface ListenAt {
  /** Name of the tap, for the error. */
  readonly tap: string;
  readonly host: string;
  /** Undefined: 8080, or the next one that is free. */
  readonly port: number | undefined;
}

/**
 * Makes the server listen and returns the port.
 * @throws UserError SINK_PORT_BUSY where the port that was asked for is taken, SINK_ADDRESS_UNUSABLE for other reasons.
 */
export async function listen(server: Server, { tap, host, port }: ListenAt): Promise<number> {
  const last = port ?? FIRST_PORT + PORTS_TRIED - 1;
  for (let candidate = port ?? FIRST_PORT; candidate <= last; candidate++) {
    try {
      server.listen(candidate, host);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw unusable(error, { tap, host, port: candidate });
    }
  }
  const busy = port === undefined ? `ports ${FIRST_PORT} to ${last} are` : `port ${port} is`;
  throw new UserError(
    'SINK_PORT_BUSY',
    `tap "${tap}": ${busy} taken on ${host}; choose another (with: { port: ${last + 1} }) or stop the program that has it`,
  );
}

function unusable(cause: unknown, { tap, host, port = 0 }: ListenAt): UserError {
  return new UserError(
    'SINK_ADDRESS_UNUSABLE',
    `tap "${tap}" cannot listen on ${host}, port ${port}: ${messageOf(cause)}; correct host or port`,
    { cause },
  );
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
