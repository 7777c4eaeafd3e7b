import { z } from 'zod';
import { partitionForKey } from '../kafka/murmur2.ts';
import { defineSink } from '../ports/sink.ts';

const options = z.strictObject({
  topic: z
    .string()
    .min(1)
    .max(249)
    .regex(/^[\w.-]+$/, { error: 'must be letters, digits, ., _ or -' })
    .describe('Topic to copy to.'),
});

/** Copies records to another topic, in the order of their keys. */
export default defineSink({
  name: 'topic',
  summary: 'Copies records to another topic with key, headers and timestamp; where and select of the tap choose.',
  options,
  mode: 'durable',
  writes: ({ topic }) => [topic],
  create: ({ topic }, setup) => ({
    async write({ key, value, headers, timestampMs, partition, selected }) {
      const partitions = await setup.partitionsOf(topic);
      await setup.send([
        {
          topic,
          // by key, as any Kafka client chooses; without one the input's partition decides, which keeps its order
          partition: key === null ? partition % partitions : partitionForKey(key, partitions),
          key,
          headers: selected === undefined ? headers : { ...headers, 'content-type': 'application/json' },
          value: selected === undefined ? value : JSON.stringify(selected),
          timestampMs,
        },
      ]);
    },
  }),
});
