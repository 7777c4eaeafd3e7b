import type { IPublishPacket } from 'mqtt';
import { bytesOf } from './message-reader.ts';

/** A message of QoS 1 that is not acknowledged yet. */
export interface Unacknowledged {
  readonly packet: IPublishPacket;
  readonly messageId: number;
  /** Kafka has its record. */
  settled: boolean;
}

/**
 * The messages of QoS 1 whose acknowledgement is owed, which goes out in the order they came in, as MQTT asks, and to
 * the connection that brought them alone: after another one began the MQTT broker sends them again, under the same id.
 */
export class Acknowledgements {
  readonly #send: (messageId: number) => boolean;
  readonly #known = new Map<number, Unacknowledged>();
  #owed: Unacknowledged[] = [];

  /** `send` acknowledges on the present connection; false where there is none. */
  constructor(send: (messageId: number) => boolean) {
    this.#send = send;
  }

  /** A connection has begun. Without its session, the MQTT broker has forgotten the messages and their ids. */
  begin({ sessionPresent }: { readonly sessionPresent: boolean }): void {
    this.#owed = [];
    if (!sessionPresent) this.#known.clear();
  }

  /** A message that came in; null where it is here already and came again with another connection. */
  take(packet: IPublishPacket): Unacknowledged | null {
    const { messageId = 0 } = packet;
    const before = this.#known.get(messageId);
    const isRepeat = before !== undefined && isSame(before.packet, packet);
    const message = isRepeat ? before : { packet, messageId, settled: false };
    this.#known.set(messageId, message);
    this.#owed.push(message);
    if (!isRepeat) return message;
    this.#acknowledge();
    return null;
  }

  /** Kafka has what was made of a message. */
  settle(message: Unacknowledged): void {
    message.settled = true;
    this.#acknowledge();
  }

  #acknowledge(): void {
    for (let first = this.#owed[0]; first?.settled && this.#send(first.messageId); first = this.#owed[0]) {
      this.#owed.shift();
      this.#known.delete(first.messageId);
    }
  }
}

function isSame(one: IPublishPacket, other: IPublishPacket): boolean {
  return one.topic === other.topic && bytesOf(one).equals(bytesOf(other));
}
