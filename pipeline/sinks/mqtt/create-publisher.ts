import { OutsideAwayError, RetriableError } from '../../errors/pipeline-error.ts';
import { connectMqtt, type MqttConnection } from '../../mqtt/connect-mqtt.ts';
import { compileTemplate, type TopicTemplate } from '../../mqtt/topic-template.ts';
import type { Sink, SinkRecord, SinkSetup } from '../../ports/sink.ts';
import type { MqttSinkOptions } from '../mqtt.ts';
import { publishAll, type Outcome } from './publish-all.ts';

/** @throws UserError MQTT_FILE_UNREADABLE */
export async function createPublisher(options: MqttSinkOptions, setup: SinkSetup): Promise<Sink> {
  const publisher = new Publisher(options, setup);
  await publisher.open();
  return publisher;
}

class Publisher implements Sink {
  readonly #options: MqttSinkOptions;
  readonly #setup: SinkSetup;
  readonly #topic: TopicTemplate;
  #connection: MqttConnection | null = null;

  constructor(options: MqttSinkOptions, setup: SinkSetup) {
    this.#options = options;
    this.#setup = setup;
    this.#topic = compileTemplate(options.topic);
  }

  async open(): Promise<MqttConnection> {
    if (this.#connection) return this.#connection;
    const { name, clock, log, baseDirectory } = this.#setup;
    const { clientId = `tapline-${name}-${crypto.randomUUID().slice(0, 8)}` } = this.#options;
    const identity = { who: `tap "${name}"`, clientId, keepsSession: false, clock, log, baseDirectory };
    this.#connection = await connectMqtt(this.#options, identity);
    return this.#connection;
  }

  write(record: SinkRecord): Promise<void> {
    return this.writeAll([record]);
  }

  /** @throws OutsideAwayError, RetriableError MQTT_MESSAGE_REFUSED; PoisonRecordError MQTT_TOPIC_INVALID */
  async writeAll(records: readonly SinkRecord[]): Promise<void> {
    const messages = await Promise.all(
      records.map(async (record) => ({ topic: await this.#topic.fill(record), payload: payloadOf(record) })),
    );
    const { client } = await this.open();
    const { qos, retain } = this.#options;
    const { signal, clock } = this.#setup;
    const outcome = await publishAll(client, messages, { options: { qos, retain }, signal, clock });
    if (outcome === 'acknowledged') return;
    await this.close(); // they would be sent again with the next connection of this client
    throw this.#unwritten(messages[0]?.topic ?? '', outcome);
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    await connection?.close();
  }

  #unwritten(topic: string, outcome: Outcome): RetriableError {
    const { url } = this.#options;
    if (outcome === 'stopped') {
      const sentence = `the MQTT broker at ${url} has not acknowledged a message on "${topic}"; it is published again at the next start`;
      return new OutsideAwayError('MQTT_UNACKNOWLEDGED', sentence);
    }
    const sentence = `the MQTT broker at ${url} ends the connection whenever it gets a message on "${topic}"; look at its log, and at the size of the message`;
    return new RetriableError('MQTT_MESSAGE_REFUSED', sentence);
  }
}

/** A text as devices expect it, without quotes; nothing for a record without value, which ends what was retained. */
function payloadOf({ selected, value }: SinkRecord): Buffer {
  if (selected === undefined) return value ?? Buffer.alloc(0);
  return Buffer.from(typeof selected === 'string' ? selected : JSON.stringify(selected));
}
