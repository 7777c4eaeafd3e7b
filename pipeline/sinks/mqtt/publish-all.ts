import type { IClientPublishOptions, MqttClient, Packet } from 'mqtt';
import { isWelcome } from '../../mqtt/connect-mqtt.ts';
import type { Clock } from '../../ports/clock.ts';

/** Messages that are under way when the tap stops have so long to be acknowledged. */
const STOP_MS = 3000;
/** So often a connection may end without an acknowledgement between: then it is for one of the messages. */
const MOST_ENDS = 5;

/** What to publish. */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
}

/** How to publish, and until when. */
export interface Publishing {
  readonly options: IClientPublishOptions;
  /** Aborts when the tap stops. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** What became of messages: all are acknowledged, or some may be. */
export type Outcome = 'acknowledged' | 'refused' | 'stopped';

/** Waits as long as it takes while the MQTT broker is away: the client sends the messages when it is back. */
export function publishAll(
  client: MqttClient,
  messages: readonly Message[],
  { options, signal, clock }: Publishing,
): Promise<Outcome> {
  const over = new AbortController();
  return new Promise<Outcome>((resolve) => {
    const ends = countEnds(client, () => resolve('refused'));
    over.signal.addEventListener('abort', () => ends.leave());
    const onAbort = (): void =>
      void clock.sleep(client.connected ? STOP_MS : 0, over.signal).then(() => resolve('stopped'));
    signal.addEventListener('abort', onAbort, { signal: over.signal });
    if (signal.aborted) onAbort();
    let unacknowledged = messages.length;
    for (const { topic, payload } of messages)
      client.publish(topic, payload, options, (error) => {
        if (error) {
          resolve('refused');
          return;
        }
        ends.forget();
        if (--unacknowledged === 0) resolve('acknowledged');
      });
  }).finally(() => over.abort());
}

/** Counts the connections that end; those that never began say nothing of a message. */
function countEnds(client: MqttClient, onTooMany: () => void): { forget(): void; leave(): void } {
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
  return {
    forget: () => {
      ends = 0;
    },
    leave: () => void client.off('packetreceive', onPacket).off('close', onClose),
  };
}
