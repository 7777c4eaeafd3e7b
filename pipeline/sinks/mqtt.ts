import { z } from 'zod';
import { mqttConnectionOptions } from '../mqtt/connection-options.ts';
import { templateFault } from '../mqtt/topic-template.ts';
import { defineSink } from '../ports/sink.ts';
import { createPublisher } from './mqtt/create-publisher.ts';

const options = z.strictObject({
  ...mqttConnectionOptions,
  topic: z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const fault = templateFault(text);
      if (fault !== null) context.addIssue({ code: 'custom', message: fault });
    })
    .describe(
      'MQTT topic; what stands in braces is JSONata over the record: alarms/{sensorID}, {$record.key}, {$record.headers."mqtt-topic"}/alarm.',
    ),
  qos: z
    .union([z.literal(0), z.literal(1), z.literal(2)])
    .default(1)
    .describe('0: sent and forgotten; 1: at least once; 2: as 1, without repeats as long as the sink runs.'),
  retain: z
    .boolean()
    .default(false)
    .describe('Whether the MQTT broker keeps the last message of each topic for those who come later.'),
  clientId: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Name to connect under; no two clients may share it. Default: a new one at each start.'),
});

/** Settings of the sink. */
export type MqttSinkOptions = z.output<typeof options>;

/** Publishes records, each at least once and in order; an offset is committed when the MQTT broker has acknowledged. */
export default defineSink({
  name: 'mqtt',
  summary:
    'Publishes each record to an MQTT broker (3.1.1): its value, or what select makes of it, a text as it is and all else as JSON. An offset is committed when the MQTT broker has acknowledged all before it; while that is away, the tap waits.',
  options,
  mode: 'durable',
  create: createPublisher,
});
