import type { IPublishPacket, MqttClient } from 'mqtt';
import { RetriableError, messageOf } from '../../errors/pipeline-error.ts';
import { connectMqtt, isWelcome, type MqttConnection } from '../../mqtt/connect-mqtt.ts';
import { matchesFilter } from '../../mqtt/topic-filter.ts';
import type { SourceContext, SourceRecord } from '../../ports/source.ts';
import type { Intake } from '../intake.ts';
import type { MqttSourceOptions } from '../mqtt.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { bytesOf, type MessageReader } from './message-reader.ts';

/** What is under way when the source stops has so long to be acknowledged. */
const CLOSE_MS = 3000;
const PUBACK = 0x40;
/** Tells the client not to acknowledge: that is done when Kafka has the record. */
const NOT_YET = new Error('not yet acknowledged');

interface SubscriptionParts {
  readonly settings: MqttSourceOptions;
  readonly context: SourceContext;
  readonly intake: Intake;
  readonly reader: MessageReader;
}

/** Hands the messages of an MQTT broker to the intake while it has room, and acknowledges what Kafka has. */
export class Subscription {
  readonly #parts: SubscriptionParts;
  readonly #acknowledgements = new Acknowledgements((messageId) => this.#sendPuback(messageId));
  readonly #failing = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #connection: MqttConnection | null = null;
  #isSubscribed = false;
  #closing = false;
  #toldForeign = false;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /** Aborts when the source cannot go on. */
  get failed(): AbortSignal {
    return this.#failing.signal;
  }

  /** @throws UserError MQTT_FILE_UNREADABLE */
  async open(): Promise<void> {
    const { settings, context } = this.#parts;
    const { name, topology, clock, log, baseDirectory } = context;
    const { clientId = `${topology}-${name}`, qos } = settings;
    const who = `source "${name}"`;
    const identity = { who, clientId, keepsSession: qos === 1, clock, log, baseDirectory };
    this.#connection = await connectMqtt(settings, identity);
    const { client } = this.#connection;
    client.handleMessage = (packet, next) => this.#handle(packet, next);
    client.on('packetreceive', (packet) => {
      if (isWelcome(packet)) this.#acknowledgements.begin(packet);
    });
    client.on('connect', ({ sessionPresent }) => this.#subscribe(client, sessionPresent));
  }

  /** Takes nothing more; what is under way is acknowledged, as far as Kafka has it in time. */
  async close(): Promise<void> {
    const { clock } = this.#parts.context;
    this.#closing = true;
    this.#wake();
    const settled = new AbortController();
    void Promise.allSettled(this.#underWay).then(() => settled.abort());
    await clock.sleep(CLOSE_MS, settled.signal);
    await this.#connection?.close();
  }

  /** Once at each start, as the topics may be others than before, and whenever the MQTT broker has forgotten them. */
  #subscribe(client: MqttClient, sessionPresent: boolean): void {
    const { topics, qos, url } = this.#parts.settings;
    if (this.#isSubscribed && sessionPresent) return;
    client.subscribe([...topics], { qos }, (error) => {
      if (!error) this.#isSubscribed = true;
      else if (client.connected) {
        const sentence = `the MQTT broker at ${url} does not let source "${this.#parts.context.name}" read ${topics.join(', ')} (${messageOf(error)}); correct topics or the rights at the MQTT broker`;
        this.#failing.abort(new RetriableError('MQTT_SUBSCRIPTION_REFUSED', sentence, { cause: error }));
      }
    });
  }

  /** The client hands over the next message when this one has found room, which holds the MQTT broker back. */
  #handle(packet: IPublishPacket, next: (error?: Error) => void): void {
    const handled = this.#take(packet)
      .catch((error: unknown) => this.#failing.abort(error))
      .finally(() => next(packet.qos === 0 ? undefined : NOT_YET));
    this.#track(handled);
  }

  async #take(packet: IPublishPacket): Promise<void> {
    const { intake } = this.#parts;
    const message = packet.qos === 0 ? undefined : this.#acknowledgements.take(packet);
    if (message === null) return;
    const { length } = bytesOf(packet);
    while (!this.#mustStop() && !intake.reserve(length)) await new Promise<void>((wake) => this.#waiting.push(wake));
    if (this.#mustStop()) return;
    const record = await this.#recordOf(packet);
    if (this.#mustStop()) return; // it may have begun to in the meantime
    const settled = record === null ? Promise.resolve(true) : intake.take([record]);
    this.#track(
      settled.then((acknowledged) => {
        intake.release(length);
        this.#wake();
        if (acknowledged && message) this.#acknowledgements.settle(message);
      }),
    );
  }

  /** Null where there is nothing to write (any more). */
  async #recordOf(packet: IPublishPacket): Promise<SourceRecord | null> {
    const { context, reader, settings } = this.#parts;
    const { topic } = packet;
    if (!settings.topics.some((filter) => matchesFilter(topic, filter))) {
      this.#tellForeign(topic);
      return null;
    }
    try {
      return await reader.read(packet);
    } catch (error) {
      await context.deadLetter(bytesOf(packet), error, { 'mqtt-topic': topic });
      return null;
    }
  }

  #tellForeign(topic: string): void {
    const { log, name } = this.#parts.context;
    if (this.#toldForeign) return;
    this.#toldForeign = true;
    const sentence = `a message on "${topic}" comes of topics that source "${name}" had before; such are left out: give it another clientId to end that`;
    log.warn({ source: name, topic }, sentence);
  }

  #mustStop(): boolean {
    return this.#closing || this.failed.aborted || this.#parts.context.signal.aborted;
  }

  #track(underWay: Promise<void>): void {
    const tracked = underWay.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #sendPuback(messageId: number): boolean {
    const client = this.#connection?.client;
    if (!client?.connected) return false;
    client.stream.write(Buffer.from([PUBACK, 2, messageId >> 8, messageId & 0xff]));
    return true;
  }
}
