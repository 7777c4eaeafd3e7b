import type { IPublishPacket } from 'mqtt';
import { PoisonRecordError, messageOf } from '../../errors/pipeline-error.ts';
import { compileExpression, type Expression } from '../../expression/expression.ts';
import { createRecordSession, type RecordSession } from '../../frame/record-session.ts';
import type { SourceContext, SourceRecord } from '../../ports/source.ts';
import { formatSize } from '../../topology/size.ts';
import type { MqttSourceOptions } from '../mqtt.ts';

/** The last time a Date can tell. */
const LATEST_MS = 8.64e15;

type Settings = Pick<MqttSourceOptions, 'as' | 'key' | 'keyLevel' | 'id' | 'time' | 'maxBytes'>;

/** Makes records of MQTT messages. */
export class MessageReader {
  readonly #settings: Settings;
  readonly #key: Expression | null;
  readonly #id: Expression | null;
  readonly #time: Expression | null;
  readonly #session: RecordSession;

  constructor(settings: Settings, { name, clock }: Pick<SourceContext, 'name' | 'clock'>) {
    this.#settings = settings;
    const [key, id, time] = [settings.key, settings.id, settings.time].map((text) =>
      text === undefined ? null : compileExpression(text),
    );
    this.#key = key ?? null;
    this.#id = id ?? null;
    this.#time = time ?? null;
    this.#session = createRecordSession({ sourceId: name, clock });
  }

  /** @throws PoisonRecordError MQTT_MESSAGE_INVALID, SOURCE_RECORD_TOO_LARGE */
  async read(packet: IPublishPacket): Promise<SourceRecord> {
    const { topic, qos, retain } = packet;
    const value = bytesOf(packet);
    this.#throwIfTooLarge(topic, value);
    const made = this.#session.record(value, { contentType: this.#contentTypeOf(topic, value) });
    const headers = {
      ...made.headers,
      'mqtt-topic': topic,
      'mqtt-qos': String(qos),
      'mqtt-retained': String(retain),
    };
    const message = { ...made, headers, value, topic };
    const [key, id, timestampMs] = await Promise.all([
      this.#key ? textOf(this.#key, message) : levelOf(topic, this.#settings.keyLevel),
      this.#id && textOf(this.#id, message),
      this.#time ? timeOf(this.#time, message) : made.timestampMs,
    ]);
    const identity = id === null ? {} : { ce_id: id, ce_subject: id };
    const time = this.#time ? { ce_time: new Date(timestampMs).toISOString() } : {};
    return { ...made, headers: { ...headers, ...identity, ...time }, key, timestampMs };
  }

  #throwIfTooLarge(topic: string, { length }: Buffer): void {
    const { maxBytes } = this.#settings;
    if (length <= maxBytes) return;
    const sentence = `a message on "${topic}" is larger than maxBytes (${formatSize(maxBytes)}); raise it or send less`;
    throw new PoisonRecordError('SOURCE_RECORD_TOO_LARGE', sentence);
  }

  /** @throws PoisonRecordError MQTT_MESSAGE_INVALID where it is not what it must be */
  #contentTypeOf(topic: string, value: Buffer): string {
    const { as } = this.#settings;
    if (as === 'bytes') return 'application/octet-stream';
    const text = utf8Of(value);
    if (text === null) return as === 'auto' ? 'application/octet-stream' : throwInvalid(topic, 'is no UTF-8 text');
    if (as === 'text') return 'text/plain; charset=utf-8';
    const fault = jsonFaultOf(text);
    if (fault === null) return 'application/json';
    return as === 'auto' ? 'text/plain; charset=utf-8' : throwInvalid(topic, `is no JSON (${fault})`);
  }
}

/** The bytes of a message. */
export function bytesOf({ payload }: IPublishPacket): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}

type Message = SourceRecord & { readonly value: Buffer; readonly topic: string };

/** @throws PoisonRecordError MQTT_MESSAGE_INVALID */
async function textOf(expression: Expression, message: Message): Promise<string> {
  const value = await valueOf(expression, message);
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return throwInvalid(message.topic, `gives neither a text nor a number by "${expression.text}"`);
}

/** @throws PoisonRecordError MQTT_MESSAGE_INVALID */
async function timeOf(expression: Expression, message: Message): Promise<number> {
  const value = await valueOf(expression, message);
  const timeMs = typeof value === 'string' ? Date.parse(value) : value;
  if (typeof timeMs === 'number' && timeMs >= 0 && timeMs <= LATEST_MS) return Math.floor(timeMs);
  return throwInvalid(message.topic, `gives no time since 1970 by "${expression.text}"`);
}

/** Undefined also where the expression fails. */
async function valueOf(expression: Expression, message: Message): Promise<unknown> {
  const place = { partition: 0, offset: 0n, key: null };
  return expression.evaluate({ ...message, ...place }).catch(() => undefined);
}

/** @throws PoisonRecordError MQTT_MESSAGE_INVALID */
function levelOf(topic: string, level: number | undefined): string {
  if (level === undefined) return topic;
  return topic.split('/')[level - 1] ?? throwInvalid(topic, `has no level ${level} in its topic, which is its key`);
}

function throwInvalid(topic: string, what: string): never {
  const sentence = `a message on "${topic}" ${what}; correct what publishes it, or the options of the source`;
  throw new PoisonRecordError('MQTT_MESSAGE_INVALID', sentence);
}

function utf8Of(value: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return null; // other bytes
  }
}

function jsonFaultOf(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
