import { connect, createServer, type AddressInfo, type Server } from 'node:net';
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

/** macOS lets one program listen on 127.0.0.1 although another has the same port on all addresses. */
async function answersAt(port: number): Promise<boolean> {
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

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, HOST, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address !== null && typeof address === 'object') return address.port;
  throw new FatalError('INTERNAL', 'a listening socket has no port; this is a bug, please report it');
}
