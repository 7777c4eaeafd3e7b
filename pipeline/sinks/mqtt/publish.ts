import type { IClientPublishOptions, MqttClient, Packet } from 'mqtt';
import { isWelcome } from '../../mqtt/connect-mqtt.ts';
import type { Clock } from '../../ports/clock.ts';

/** A message that is under way when the tap stops has so long to be acknowledged. */
const STOP_MS = 3000;
/** So often a connection may end while one message is under way: then it is for this message. */
const MOST_ENDS = 5;

/** What to publish, and until when. */
export interface Publishing {
  readonly topic: string;
  readonly payload: Buffer;
  readonly options: IClientPublishOptions;
  /** Aborts when the tap stops. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** What became of a message. */
export type Outcome = 'acknowledged' | 'refused' | 'stopped';

/** Waits as long as it takes while the MQTT broker is away: the client sends the message when it is back. */
export function publish(client: MqttClient, publishing: Publishing): Promise<Outcome> {
  const { topic, payload, options, signal, clock } = publishing;
  const over = new AbortController();
  return new Promise<Outcome>((resolve) => {
    const onAbort = (): void =>
      void clock.sleep(client.connected ? STOP_MS : 0, over.signal).then(() => resolve('stopped'));
    const leave = countEnds(client, () => resolve('refused'));
    over.signal.addEventListener('abort', leave);
    signal.addEventListener('abort', onAbort, { signal: over.signal });
    if (signal.aborted) onAbort();
    client.publish(topic, payload, options, (error) => resolve(error ? 'refused' : 'acknowledged'));
  }).finally(() => over.abort());
}

/** Counts the connections that end; those that never began say nothing of a message. */
function countEnds(client: MqttClient, onTooMany: () => void): () => void {
  let ends = 0;
  let isConnected = client.connected;
  const onPacket = (packet: Packet): void => {
    if (isWelcome(packet)) isConnected = true;
  };
  const onClose = (): void => {
    if (isConnected) ends++;
    isConnected = false;
    if (ends >= MOST_ENDS) onTooMany();
  };
  client.on('packetreceive', onPacket).on('close', onClose);
  return () => void client.off('packetreceive', onPacket).off('close', onClose);
}
