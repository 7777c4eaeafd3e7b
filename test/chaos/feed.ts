import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka } from '../../pipeline/kafka/index.ts';
import type { Producer } from '../../pipeline/ports/producer.ts';
import type { ProducerRecord } from '../../pipeline/ports/record.ts';
import { silentLog } from '../integration/kafka/silent-log.ts';
import { GRACE_MS, WINDOW_MS } from './chaos-topology.ts';
import { between, type Random } from './random.ts';

export const RECORDS_A_SECOND = 400;
const KEYS = 24;
const TICK_MS = 15;
const MOST_AT_ONCE = 200;
/** Event time runs ten times as fast as the clock, so that windows close while a cell runs. */
const STEP_MS = 25;
/** The first records set stream time: whether one of them is late must not depend on a repeat. */
const ALL_IN_TIME = 200;
/** Shares of records that come late: within the grace, and after it. */
const LATE = 0.2;
const TOO_LATE = 0.01;

interface FeedParts {
  readonly bootstrap: string;
  readonly topic: string;
  readonly random: Random;
}

/** Numbered records at a steady rate: a key, a number, a value to sum, an event time that is sometimes late. */
export class Feed {
  readonly #parts: FeedParts;
  readonly #producer: Producer;
  readonly #baseMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS;
  #made = 0;
  #acknowledged = 0;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: FeedParts) {
    this.#parts = parts;
    const connection = { bootstrap: [parts.bootstrap] };
    this.#producer = createKafka(connection, { log: silentLog, clientId: 'chaos-feed' }).producer();
  }

  /** Number after that of the last record made. */
  get made(): number {
    return this.#made;
  }

  /** Records below this number are acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  start(): void {
    this.#running = this.#run();
    this.#running.catch(() => undefined); // `stop` has the error
  }

  /** Resolves when every record made is acknowledged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running.finally(() => this.#producer.close());
  }

  async #run(): Promise<void> {
    let begunMs = performance.now();
    let begunAt = this.#made;
    while (!this.#stopped) {
      const due = begunAt + Math.floor(((performance.now() - begunMs) * RECORDS_A_SECOND) / 1000) - this.#made;
      if (due > MOST_AT_ONCE) {
        // The broker was away: the rate goes on from here.
        begunMs = performance.now();
        begunAt = this.#made;
      }
      const count = Math.min(due, MOST_AT_ONCE);
      if (count > 0) await this.#send(count);
      await sleep(TICK_MS);
    }
  }

  async #send(count: number): Promise<void> {
    const records: ProducerRecord[] = [];
    for (let made = 0; made < count; made++) records.push(await this.#record(this.#made++));
    await this.#producer.send(records);
    this.#acknowledged = this.#made;
  }

  async #record(number: number): Promise<ProducerRecord> {
    const { topic, random } = this.#parts;
    const key = `k${Math.floor(random() * KEYS)}`;
    const value = Math.floor(random() * 1000);
    return {
      topic,
      partition: await this.#producer.partitionFor(topic, key),
      key,
      value: JSON.stringify({ number, value }),
      headers: { number: String(number) },
      timestampMs: this.#baseMs + number * STEP_MS - this.#latenessMs(number),
    };
  }

  #latenessMs(number: number): number {
    const { random } = this.#parts;
    const share = random();
    if (number < ALL_IN_TIME || share > LATE) return 0;
    if (share < TOO_LATE) return 2 * GRACE_MS;
    return Math.floor(between(random, 1, 2 * WINDOW_MS));
  }
}
