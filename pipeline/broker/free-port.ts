import { connect, createServer, Server, type AddressInfo } from 'node:net';
import { FatalError } from '../errors/pipeline-error.ts';

const HOST = '127.0.0.1';

/** Two free ports: the preferred one where nobody has it, else of the system's choice. */
export async function freePorts(preferred: number): Promise<{ port: number; controllerPort: number }> {
  const first = (await answersAt(preferred)) ? await listen(0) : await listen(preferred).catch(() => listen(0));
  const second = await listen(0); // while the first is held, or both could be the same
  try {
    return { port: portOf(first), controllerPort: portOf(second) };
  } finally {
    first.close();
    second.close();
  }
}

/** Whether a program can listen at a port of this machine now. */
export async function isPortFree(port: number, host = HOST): Promise<boolean> {
  if (await answersAt(port)) return false;
  const server = await listen(port, host).catch((error: unknown) => codeOf(error));
  if (!(server instanceof Server)) return server !== 'EADDRINUSE';
  server.close();
  return true;
}

/** Whether a program listens here. macOS lets one listen on 127.0.0.1 although another has the same port on all addresses. */
export async function answersAt(port: number): Promise<boolean> {
  if (port === 0) return false;
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function listen(port: number, host = HOST): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address !== null && typeof address === 'object') return address.port;
  throw new FatalError('INTERNAL', 'a listening socket has no port; this is a bug, please report it');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
