import { createInterface } from 'node:readline';
import type { Kafka } from '../../kafka/index.ts';
import type { ConsumerRecord } from '../../ports/record.ts';
import { connect } from '../connect.ts';
import { exactRecordJson } from '../record-json.ts';
import { parseStartPosition } from '../start-position.ts';

/** Which part of a live topic. */
export interface Slice {
  readonly tap: string;
  readonly from: string;
  readonly limit: number;
}

/** Lines of standard input, with their numbers. */
export async function* stdinLines(): AsyncIterable<string> {
  for await (const line of createInterface({ input: process.stdin })) yield line;
}

/** Records of a topic as lines, read outside of any group: all there are from the earliest on, else as they come. */
export async function* topicLines({ tap, from, limit }: Slice): AsyncIterable<string> {
  const kafka = await connect('tapline-run');
  const stop = new AbortController();
  let left = limit;
  const records = from === 'earliest' ? recordsThere(kafka, tap, stop.signal) : live(kafka, { tap, from, limit }, stop);
  for await (const record of records) {
    yield JSON.stringify(exactRecordJson(record));
    if (--left <= 0) break;
  }
  stop.abort();
}

function live(kafka: Kafka, { tap, from }: Slice, stop: AbortController): AsyncIterable<ConsumerRecord> {
  process.once('SIGINT', () => stop.abort());
  return kafka.openReader({ topic: tap, from: parseStartPosition(from), signal: stop.signal });
}

async function* recordsThere(kafka: Kafka, topic: string, signal: AbortSignal): AsyncIterable<ConsumerRecord> {
  const [producer, reader] = [kafka.producer(), kafka.partitionReader()];
  try {
    const count = await producer.partitionsOf(topic);
    for (let partition = 0; partition < count; partition++) {
      const reading = await reader.open({ topic, partition }, signal);
      for await (const { records } of reading.batches()) yield* records;
    }
  } finally {
    await Promise.all([producer.close(), reader.close()]);
  }
}
