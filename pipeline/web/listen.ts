import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError, messageOf } from '../errors/pipeline-error.ts';

const FIRST_PORT = 8080;
const PORTS_TRIED = 100;
/** For a port that is taken, and for all else. */
const CODES = {
  source: { busy: 'SOURCE_PORT_BUSY', unusable: 'SOURCE_ADDRESS_UNUSABLE' },
  tap: { busy: 'SINK_PORT_BUSY', unusable: 'SINK_ADDRESS_UNUSABLE' },
} as const;

export interface ListenAt {
  /** Which part of a topology listens, for the error. */
  readonly part: 'source' | 'tap';
  readonly name: string;
  readonly host: string;
  /** Undefined: 8080, or the next one that is free. */
  readonly port: number | undefined;
}

/**
 * Makes the server listen and returns the port.
 * @throws UserError SOURCE_PORT_BUSY or SINK_PORT_BUSY where the port that was asked for is taken,
 * SOURCE_ADDRESS_UNUSABLE or SINK_ADDRESS_UNUSABLE for other reasons.
 */
export async function listen(server: Server, at: ListenAt): Promise<number> {
  const { part, name, host, port } = at;
  const last = port ?? FIRST_PORT + PORTS_TRIED - 1;
  for (let candidate = port ?? FIRST_PORT; candidate <= last; candidate++) {
    try {
      server.listen(candidate, host);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw unusable(error, { ...at, port: candidate });
    }
  }
  const busy = port === undefined ? `ports ${FIRST_PORT} to ${last} are` : `port ${port} is`;
  throw new UserError(
    CODES[part].busy,
    `${part} "${name}": ${busy} taken on ${host}; choose another (with: { port: ${last + 1} }) or stop the program that has it`,
  );
}

function unusable(cause: unknown, { part, name, host, port = 0 }: ListenAt): UserError {
  return new UserError(
    CODES[part].unusable,
    `${part} "${name}" cannot listen on ${host}, port ${port}: ${messageOf(cause)}; correct host or port`,
    { cause },
  );
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
