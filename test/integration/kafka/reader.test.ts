import { expect, inject, test } from 'vitest';
import type { ConsumerRecord } from '../../../pipeline/ports/record.ts';
import type { StartPosition } from '../../../pipeline/ports/sink.ts';
import { createdTopic, kafkaAt, producerOf, record, records, values } from './cluster.ts';

const kafka = kafkaAt(inject('bootstrap'));

async function read(topic: string, from: StartPosition, count: number): Promise<ConsumerRecord[]> {
  const stop = new AbortController();
  const found: ConsumerRecord[] = [];
  for await (const one of kafka.openReader({ topic, from, signal: stop.signal })) {
    found.push(one);
    if (found.length === count) stop.abort();
  }
  return found;
}

test('reads from the start, from a time and from an offset, and ends on abort', async () => {
  const topic = await createdTopic(kafka, { partitions: 2 });
  const at = (second: number): number => 1_700_000_000_000 + second * 1000;
  await producerOf(kafka).send([
    ...[0, 1, 2, 3].map((second) => record(topic, { value: `a${second}`, timestampMs: at(second) })),
    ...[0, 1, 2, 3].map((second) => record(topic, { partition: 1, value: `b${second}`, timestampMs: at(second) })),
  ]);

  expect(values(await read(topic, 'earliest', 8)).sort()).toEqual(['a0', 'a1', 'a2', 'a3', 'b0', 'b1', 'b2', 'b3']);
  expect(values(await read(topic, { timestampMs: at(2) }, 4)).sort()).toEqual(['a2', 'a3', 'b2', 'b3']);
  expect(values(await read(topic, { partition: 1, offset: 1n }, 3))).toEqual(['b1', 'b2', 'b3']);
});

test('from the latest on, only what is new is read', async () => {
  const topic = await createdTopic(kafka);
  const producer = producerOf(kafka);
  await producer.send(records(topic, 5));
  const stop = new AbortController();
  const sending = (async (): Promise<void> => {
    for (let n = 0; !stop.signal.aborted; n++) {
      await producer.send([record(topic, { value: `new ${n}` })]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();

  const found = await read(topic, 'latest', 3);
  stop.abort();
  await sending;

  for (const value of values(found)) expect(value).toMatch(/^new/);
});

test('a slow reader holds the reading back and misses nothing', async () => {
  const topic = await createdTopic(kafka);
  await producerOf(kafka).send(records(topic, 200));
  const stop = new AbortController();
  const found: string[] = [];

  for await (const one of kafka.openReader({ topic, from: 'earliest', signal: stop.signal })) {
    await new Promise((resolve) => setImmediate(resolve));
    found.push(String(one.value));
    if (found.length === 200) break;
  }

  expect(found).toEqual(Array.from({ length: 200 }, (_, index) => String(index)));
});

test('a topic that is not there is named', async () => {
  await expect(read('no-such-topic', 'earliest', 1)).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' });
});
