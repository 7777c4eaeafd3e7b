import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { IClientOptions, IConnackPacket, MqttClient, Packet } from 'mqtt';
import { UserError, messageOf } from '../errors/pipeline-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { MqttConnectionSettings } from './connection-options.ts';
import { Outages } from './outages.ts';

const RECONNECT_MS = 1000;
const CONNECT_MS = 10_000;
const KEEPALIVE_S = 30;
/** An MQTT broker that is told of the end has so long to end the connection. */
const CLOSE_MS = 1000;

/** Who connects, and how. */
export interface MqttIdentity {
  /** `source "readings"`, for sentences. */
  readonly who: string;
  readonly clientId: string;
  /** Whether the MQTT broker keeps subscriptions, and messages of QoS 1, while the client is away. */
  readonly keepsSession: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly baseDirectory: string;
}

/** A client of an MQTT broker that connects again by itself, for ever, and says so. */
export interface MqttConnection {
  readonly client: MqttClient;
  close(): Promise<void>;
}

/** Returns at once: the MQTT broker may be away. @throws UserError MQTT_FILE_UNREADABLE */
export async function connectMqtt(settings: MqttConnectionSettings, identity: MqttIdentity): Promise<MqttConnection> {
  const { url, username, password } = settings;
  const { clientId, keepsSession, clock } = identity;
  const options: IClientOptions = {
    clientId,
    clean: !keepsSession,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(await certificates(settings.tls, identity.baseDirectory)),
    reconnectPeriod: RECONNECT_MS,
    connectTimeout: CONNECT_MS,
    keepalive: KEEPALIVE_S,
    reconnectOnConnackError: true,
    resubscribe: false, // whoever subscribes does so anew where the session is gone
  };
  const { default: mqtt } = await import('mqtt');
  const client = mqtt.connect(url, options);
  const outages = new Outages({ ...identity, url });
  client.on('packetreceive', (packet) => {
    if (isWelcome(packet)) outages.connected();
  });
  client.on('error', (error) => outages.failed(error));
  client.on('close', () => {
    if (!client.disconnecting) outages.ended();
  });
  return { client, close: () => close(client, clock) };
}

/**
 * Whether a packet tells that the client is let in. The event `connect` comes later: after the first messages of a kept
 * session, and only when what was not acknowledged before has been.
 */
export function isWelcome(packet: Packet): packet is IConnackPacket {
  return packet.cmd === 'connack' && packet.returnCode === 0;
}

async function close(client: MqttClient, clock: Clock): Promise<void> {
  const closed = new AbortController();
  client.end(!client.connected, () => closed.abort());
  await clock.sleep(CLOSE_MS, closed.signal);
  client.stream.destroy();
}

async function certificates(
  tls: MqttConnectionSettings['tls'],
  baseDirectory: string,
): Promise<Record<string, Buffer>> {
  const read = Object.entries(tls).map(async ([name, path]): Promise<[string, Buffer][]> => {
    if (path === undefined) return [];
    const file = resolve(baseDirectory, path);
    return [[name, await readFile(file).catch((cause: unknown) => throwUnreadable(name, file, cause))]];
  });
  return Object.fromEntries((await Promise.all(read)).flat());
}

function throwUnreadable(name: string, file: string, cause: unknown): never {
  const sentence = `tls.${name}: ${file} cannot be read: ${messageOf(cause)}; correct its path or its rights`;
  throw new UserError('MQTT_FILE_UNREADABLE', sentence, { cause });
}
