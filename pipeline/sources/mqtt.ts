import { z } from 'zod';
import { jsonataOption } from '../expression/jsonata-option.ts';
import { mqttConnectionOptions } from '../mqtt/connection-options.ts';
import { filterFault } from '../mqtt/topic-filter.ts';
import { defineSource, type SourceContext, type SourceRecord } from '../ports/source.ts';
import { size } from '../topology/size.ts';
import { Intake } from './intake.ts';
import { MessageReader } from './mqtt/message-reader.ts';
import { Subscription } from './mqtt/subscription.ts';

const topicFilter = z
  .string()
  .min(1)
  .max(65_535)
  .superRefine((filter, context) => {
    const fault = filterFault(filter);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  });

const options = z
  .strictObject({
    ...mqttConnectionOptions,
    topics: z
      .array(topicFilter)
      .min(1)
      .describe('MQTT topics to read; + stands for one level, # at the end for all that follow.'),
    qos: z
      .union([z.literal(0), z.literal(1)])
      .default(1)
      .describe(
        '1: each message at least once, also those published while the source is away. 0: what comes while all is well.',
      ),
    clientId: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(
        'Name under which the MQTT broker keeps what has not been acknowledged; no two clients may share it. Default: the name of the topology, "-", and that of the source.',
      ),
    as: z
      .enum(['auto', 'json', 'text', 'bytes'])
      .default('auto')
      .describe(
        'What a message must be, else it becomes a dead letter; auto: JSON where it is some, else text or bytes.',
      ),
    key: jsonataOption
      .optional()
      .describe(
        'JSONata over the value that gives the record key, a text or a number; $record.topic is the MQTT topic.',
      ),
    keyLevel: z
      .int()
      .min(1)
      .optional()
      .describe('Level of the MQTT topic that is the record key, 1 is the first. Default: the whole MQTT topic.'),
    id: jsonataOption
      .optional()
      .describe(
        'JSONata over the value that gives what tells a message from all others: its ce_id. Default: a new one.',
      ),
    time: jsonataOption
      .optional()
      .describe(
        'JSONata over the value that gives the time of the record: as 2026-01-01T00:00:00Z, or milliseconds since 1970. Default: when the message came.',
      ),
    maxBytes: size('1B', '8MB').prefault('512KB').describe('Larger messages become dead letters.'),
    maxWaiting: z
      .int()
      .min(1)
      .max(10_000)
      .default(1000)
      .describe('Messages that may wait for Kafka; further ones wait at the MQTT broker.'),
  })
  .refine(({ key, keyLevel }) => key === undefined || keyLevel === undefined, {
    error: 'cannot stand beside key; give one of them',
    path: ['keyLevel'],
  });

/** Settings of the source. */
export type MqttSourceOptions = z.output<typeof options>;

/**
 * Reads an MQTT broker. A message of QoS 1 is acknowledged when all in-sync replicas have its record, and the session is
 * kept: what was not acknowledged when the source was killed comes again.
 */
export default defineSource({
  name: 'mqtt',
  summary:
    'Messages of an MQTT broker (3.1.1), each of QoS 1 at least once: acknowledged when Kafka has it, kept by the MQTT broker while the source is away. Headers mqtt-topic, mqtt-qos and mqtt-retained tell what it was; `dedupe` (by: id) drops repeats where option id tells messages apart.',
  options,
  produces: 'records',
  // it holds no more than maxWaiting, and what the stages have not read is kept by their topic
  nature: () => ({ endless: true, live: true }),
  records,
});

async function* records(settings: MqttSourceOptions, context: SourceContext): AsyncGenerator<SourceRecord> {
  const intake = new Intake(settings);
  const subscription = new Subscription({ settings, context, intake, reader: new MessageReader(settings, context) });
  const signal = AbortSignal.any([context.signal, subscription.failed]);
  await subscription.open();
  try {
    yield* intake.records(signal);
  } finally {
    await subscription.close();
  }
  subscription.failed.throwIfAborted();
}
