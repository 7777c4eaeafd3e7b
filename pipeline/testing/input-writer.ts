import type { Clock } from '../ports/clock.ts';
import type { Producer } from '../ports/producer.ts';
import type { ConsumerRecord, ProducerRecord } from '../ports/record.ts';
import { encoded, timeMsOf, type TestInput } from './test-record.ts';

/** Writes the records of a test to their topics, as a producer outside of the topology does. */
export class InputWriter {
  readonly #producer: Producer;
  readonly #clock: Clock;
  #turn = 0;

  constructor(producer: Producer, clock: Clock) {
    this.#producer = producer;
    this.#clock = clock;
  }

  async write(topic: string, inputs: readonly TestInput[]): Promise<void> {
    const partitions = await this.#producer.partitionsOf(topic);
    const records: ProducerRecord[] = [];
    for (const { key = null, value, headers = {}, time, partition } of inputs) {
      const chosen = key === null ? this.#turn++ % partitions : await this.#producer.partitionFor(topic, key);
      const timestampMs = time === undefined ? this.#clock.nowMs() : timeMsOf(time);
      const record = { topic, key, value: encoded(value), headers, timestampMs };
      records.push({ ...record, partition: partition ?? chosen });
    }
    await this.#producer.send(records);
  }

  /** Writes records again that were written before. */
  async copy(records: readonly ConsumerRecord[]): Promise<void> {
    await this.#producer.send(records);
  }
}
