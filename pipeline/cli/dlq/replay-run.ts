import { ProduceError } from '../../kafka/index.ts';
import type { Admin, TopicDescription } from '../../ports/admin.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Producer } from '../../ports/producer.ts';
import { headerText, type ConsumerRecord, type ProducerRecord } from '../../ports/record.ts';
import { messageOf } from '../../errors/pipeline-error.ts';
import { redrivenRecord, type RedriveTarget } from '../../task/redrive.ts';
import { noteOf } from './discard-note.ts';
import type { Ticker } from '../ticker.ts';
import { readLetters } from './read-letters.ts';
import type { ReplayProgress } from './replay-progress.ts';
import type { ReplayTally } from './replay-tally.ts';
import type { Router } from './router.ts';
import type { Selection } from './selection.ts';

const BATCH_RECORDS = 200;
const BATCH_BYTES = 1024 * 1024;

/** What a replay is made of. */
export interface ReplayRunParts {
  readonly admin: Admin;
  readonly producer: Producer;
  readonly topic: TopicDescription;
  readonly progress: ReplayProgress;
  readonly router: Router;
  readonly selection: Selection;
  readonly tally: ReplayTally;
  readonly again: boolean;
  readonly dryRun: boolean;
  /** At most so many; null: all. */
  readonly limit: number | null;
  /** At most so many a second; null: as fast as it goes. */
  readonly rate: number | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly ticker: Ticker;
}

interface Outgoing {
  readonly letter: ConsumerRecord;
  readonly target: RedriveTarget;
}

/**
 * Brings dead letters back: written to their topics in the order they died, acknowledged, and only then marked as
 * replayed. Ends at the end of the topic as it was, so what fails again is not brought back again by the same run.
 */
export class ReplayRun {
  readonly #parts: ReplayRunParts;
  #waiting: Outgoing[] = [];
  #waitingBytes = 0;
  #taken = 0;
  readonly #startedAtMs: number;

  constructor(parts: ReplayRunParts) {
    this.#parts = parts;
    this.#startedAtMs = parts.clock.nowMs();
  }

  async run(): Promise<void> {
    const { admin, topic, progress, signal, ticker } = this.#parts;
    const positions = new Map<number, bigint>();
    for await (const record of readLetters(admin, { topic, signal, ticker })) {
      if (this.#isAtLimit) break;
      // Between two records there are only gaps, which nobody has to replay.
      progress.add(record.partition, positions.get(record.partition) ?? record.offset, record.offset);
      positions.set(record.partition, record.offset + 1n);
      await this.#take(record);
      if (signal.aborted) break;
    }
    await this.#flush();
  }

  get #isAtLimit(): boolean {
    return this.#parts.limit !== null && this.#taken >= this.#parts.limit;
  }

  async #take(record: ConsumerRecord): Promise<void> {
    const { progress, again, router, tally } = this.#parts;
    if (noteOf(record)) progress.add(record.partition, record.offset, record.offset + 1n);
    else if (!again && progress.has(record)) tally.replayedBefore();
    else if (await this.#isSelected(record)) {
      const route = await router.route(record);
      if ('cannot' in route) tally.skipped(route.cannot);
      else await this.#enqueue(route);
    }
  }

  async #enqueue(route: Outgoing): Promise<void> {
    await this.#awaitTurn();
    if (this.#parts.signal.aborted) return;
    this.#taken++;
    this.#waiting.push(route);
    this.#waitingBytes += route.letter.value?.length ?? 0;
    if (this.#waiting.length >= BATCH_RECORDS || this.#waitingBytes >= BATCH_BYTES) await this.#flush();
  }

  async #isSelected(record: ConsumerRecord): Promise<boolean> {
    const { selection, tally } = this.#parts;
    try {
      const selected = await selection(record);
      if (!selected) tally.notSelected();
      return selected;
    } catch (error) {
      tally.skipped('do not suit --where', messageOf(error));
      return false;
    }
  }

  /** Keeps to the rate; what is ready goes out before the wait. */
  async #awaitTurn(): Promise<void> {
    const { rate, clock, signal, dryRun } = this.#parts;
    if (rate === null || dryRun) return;
    const waitMs = this.#startedAtMs + (this.#taken * 1000) / rate - clock.nowMs();
    if (waitMs <= 0) return;
    await this.#flush();
    await clock.sleep(waitMs, signal);
  }

  async #flush(): Promise<void> {
    const { progress, tally, dryRun } = this.#parts;
    const outgoing = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    const sent = dryRun ? outgoing : await this.#send(outgoing);
    for (const { letter, target } of sent) {
      tally.replayed(target, headerText(letter.headers, 'tapline.dlq.error-code') ?? '-');
      progress.add(letter.partition, letter.offset, letter.offset + 1n);
    }
    if (!dryRun && sent.length > 0) await progress.commit();
  }

  /** What was written; a record that can never be written is skipped, and the others are sent again without it. */
  async #send(outgoing: readonly Outgoing[]): Promise<readonly Outgoing[]> {
    const { producer, clock, tally } = this.#parts;
    let pending = outgoing;
    for (;;) {
      const records: ProducerRecord[] = pending.map(({ letter, target }) =>
        redrivenRecord(letter, target, clock.nowMs()),
      );
      try {
        await producer.send(records);
        return pending;
      } catch (error) {
        if (!(error instanceof ProduceError)) throw error;
        tally.skipped('can never be written', messageOf(error));
        pending = pending.filter((_, index) => index !== error.record);
      }
    }
  }
}
