import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { prometheusText } from '../metrics/prometheus.ts';
import type { Supervisor } from './supervisor.ts';

/** Port of `/metrics` and `/status` where none is asked for; the next free one where it is taken. */
export const DEFAULT_METRICS_PORT = 9464;
const HOST = '127.0.0.1';

/** Serves `/metrics` (Prometheus text) and `/status` (JSON) of a running topology, on the loopback only. */
export class StatusServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws the system's EADDRINUSE where an asked-for port is taken. */
  static async start(supervisor: Supervisor, port: number | null): Promise<StatusServer> {
    const server = createServer((request, response) => void answer(supervisor, request, response));
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

async function answer(supervisor: Supervisor, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
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
    response.writeHead(404, { 'content-type': 'text/plain' }).end('here are /metrics and /status\n');
  } catch (error) {
    response.writeHead(500, { 'content-type': 'text/plain' }).end(`${String(error)}\n`);
  }
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
