import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePorts } from '../../pipeline/broker/free-port.ts';

async function listeningOn(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('free ports', () => {
  it('are the preferred one and another where nobody has it', async () => {
    const { port: preferred } = await freePorts(0);

    const { port, controllerPort } = await freePorts(preferred);

    expect(port).toBe(preferred);
    expect(controllerPort).not.toBe(preferred);
  });

  it.each(['127.0.0.1', '0.0.0.0'])('are others where somebody listens on %s', async (host) => {
    const taken = await listeningOn(host);

    const { port, controllerPort } = await freePorts(taken);

    expect(new Set([taken, port, controllerPort]).size).toBe(3);
  });
});
