import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Aedes, type AedesOptions } from 'aedes';
import mqtt from 'mqtt';
import { onTestFinished } from 'vitest';

/** A message as a client that knows nothing of tapline sees it. */
export interface SeenMessage {
  readonly topic: string;
  readonly value: string;
  readonly retained: boolean;
}

/** A real MQTT broker on a port of its own, which keeps sessions while nobody can reach it; ends with the test. */
export interface MqttBroker {
  readonly url: string;
  readonly aedes: Aedes;
  /** Ids that a client has acknowledged, in the order it did. */
  readonly acknowledged: string[];
  /** Nobody can reach it until `listen`. */
  down(): Promise<void>;
  listen(): Promise<void>;
  publish(topic: string, value: string | Buffer, options?: PublishOptions): Promise<void>;
  /** What another client sees on topics, from here on. */
  watch(filter: string): Promise<SeenMessage[]>;
}

interface PublishOptions {
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
}

export async function mqttBroker(options: AedesOptions = {}): Promise<MqttBroker> {
  const aedes = await Aedes.createBroker(options);
  const acknowledged: string[] = [];
  aedes.on('ack', (packet: object | undefined, client) => {
    if (packet && 'payload' in packet) acknowledged.push(`${client.id} ${String(packet.payload)}`);
  });
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  let port = 0;
  const listen = async (): Promise<void> => {
    server = createServer((socket) => {
      sockets.add(socket.once('close', () => sockets.delete(socket)));
      aedes.handle(socket);
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  const down = async (): Promise<void> => {
    const closed = new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
    for (const socket of sockets) socket.destroy();
    await closed;
    server = null;
  };
  await listen();
  const url = `mqtt://127.0.0.1:${port}`;
  onTestFinished(async () => {
    await down();
    await new Promise<void>((resolve) => aedes.close(resolve));
  });
  return {
    url,
    aedes,
    acknowledged,
    down,
    listen,
    publish: (topic, value, { qos = 1, retain = false } = {}) =>
      new Promise((resolve, reject) =>
        aedes.publish({ cmd: 'publish', topic, payload: value, qos, retain, dup: false }, (error) =>
          error ? reject(error) : resolve(),
        ),
      ),
    watch: (filter) => watch(url, filter),
  };
}

async function watch(url: string, filter: string): Promise<SeenMessage[]> {
  const client = await mqtt.connectAsync(url);
  onTestFinished(() => void client.end(true));
  const seen: SeenMessage[] = [];
  client.on('message', (topic, payload, { retain }) =>
    seen.push({ topic, value: payload.toString(), retained: retain }),
  );
  await client.subscribeAsync(filter, { qos: 1 });
  return seen;
}
