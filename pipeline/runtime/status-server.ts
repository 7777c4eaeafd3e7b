import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '../errors/pipeline-error.ts';
import { prometheusText } from '../metrics/prometheus.ts';
import { answerChange, type ChangeDoor } from './apply/change-routes.ts';
import type { StateQuery } from './state-reading.ts';
import type { Supervisor } from './supervisor.ts';

/** Port of `/metrics` and `/status` where none is asked for; the next free one where it is taken. */
export const DEFAULT_METRICS_PORT = 9464;
const HOST = '127.0.0.1';
const DEFAULT_STATE_LIMIT = 100;

/** Where it listens, and through what it lets the topology be changed. */
export interface StatusServerOptions {
  readonly port: number | null;
  readonly changes: ChangeDoor;
}

/**
 * Serves `/metrics` (Prometheus text), `/status` and `/state` (JSON) of a running topology, on the loopback only, and
 * changes it for whoever knows how to ask.
 */
export class StatusServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws the system's EADDRINUSE where an asked-for port is taken. */
  static async start(supervisor: Supervisor, { port, changes }: StatusServerOptions): Promise<StatusServer> {
    const server = createServer((request, response) => void answer({ supervisor, changes }, request, response));
    await listen(server, port ?? DEFAULT_METRICS_PORT).catch((error: unknown) => {
      if (port !== null) throw error;
      return listen(server, 0);
    });
    return new StatusServer(server);
  }

  /** `http://127.0.0.1:9464` */
  get address(): string {
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

interface Served {
  readonly supervisor: Supervisor;
  readonly changes: ChangeDoor;
}

async function answer(
  { supervisor, changes }: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (await answerChange(changes, request, response)) return;
    if (request.url === '/metrics') {
      const snapshots = supervisor.workers.map(({ history }) => history.latest);
      reply(
        response,
        'text/plain; version=0.0.4; charset=utf-8',
        await prometheusText(snapshots, await supervisor.freshStatus()),
      );
      return;
    }
    if (request.url === '/status') {
      reply(response, 'application/json', JSON.stringify(await supervisor.freshStatus()));
      return;
    }
    const state = stateRequestOf(request.url ?? '');
    if (state) {
      const entries = await supervisor.readState(state.stage, state.store, state.query);
      reply(response, 'application/json', JSON.stringify(entries));
      return;
    }
    const sentence = 'here are /metrics, /status and /state/<stage>/<store>?key=&from=&to=&limit=\n';
    response.writeHead(404, { 'content-type': 'text/plain' }).end(sentence);
  } catch (error) {
    if (error instanceof UserError) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`${error.message}\n`);
      return;
    }
    response.writeHead(500, { 'content-type': 'text/plain' }).end(`${String(error)}\n`);
  }
}

/** `/state/counts/windows?key=attic&limit=10` */
function stateRequestOf(address: string): { stage: string; store: string; query: StateQuery } | null {
  const { pathname, searchParams } = new URL(address, `http://${HOST}`);
  const [, first, stage, store, ...more] = pathname.split('/').map(decodeURIComponent);
  if (first !== 'state' || !stage || !store || more.length > 0) return null;
  const given = ['key', 'from', 'to'].flatMap((name) => {
    const value = searchParams.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const limit = Number(searchParams.get('limit') ?? DEFAULT_STATE_LIMIT);
  return { stage, store, query: { ...Object.fromEntries(given), limit: limit > 0 ? limit : DEFAULT_STATE_LIMIT } };
}

function reply(response: ServerResponse, contentType: string, body: string): void {
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
