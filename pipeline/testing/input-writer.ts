import type { Clock } from '../ports/clock.ts';
import type { Producer } from '../ports/producer.ts';
import type { ConsumerRecord, ProducerRecord } from '../ports/record.ts';
import { encoded, timeMsOf, type TestInput } from './test-record.ts';

/** Writes the records of a test to their topics, as a producer outside of the topology does. */
export class InputWriter {
  readonly #producer: Producer;
  readonly #clock: Clock;
  /** Whose turn it is, of the partitions of each topic. */
  readonly #turns = new Map<string, number>();

  constructor(producer: Producer, clock: Clock) {
    this.#producer = producer;
    this.#clock = clock;
  }

  async write(topic: string, inputs: readonly TestInput[]): Promise<void> {
    const partitions = await this.#producer.partitionsOf(topic);
    const records: ProducerRecord[] = [];
    for (const { key = null, value, headers = {}, time, partition } of inputs) {
      const chosen = key === null ? this.#nextTurn(topic) % partitions : await this.#producer.partitionFor(topic, key);
      const timestampMs = time === undefined ? this.#clock.nowMs() : timeMsOf(time);
      const record = { topic, key, value: encoded(value), headers, timestampMs };
      records.push({ ...record, partition: partition ?? chosen });
    }
    await this.#producer.send(records);
  }

  #nextTurn(topic: string): number {
    const turn = this.#turns.get(topic) ?? 0;
    this.#turns.set(topic, turn + 1);
    return turn;
  }

  /** Writes records again that were written before. */
  async copy(records: readonly ConsumerRecord[]): Promise<void> {
    await this.#producer.send(records);
  }
}
