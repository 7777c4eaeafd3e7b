import type { BatchContext, PartitionBatch } from '../ports/consumer.ts';
import type { Clock } from '../ports/clock.ts';

/** Batches of one fetch come one right after the other. */
const SIBLINGS_MS = 1;
/** A fetch may leave an input out, as it is limited by bytes; after so many the others go on without it. */
const MOST_FRUITLESS = 3;
const HELD_BACK_MS = 10;

export interface InputMergerParts {
  /** Input topics of the task; of equal times, the one named first comes first. */
  readonly topics: readonly string[];
  /** How long the records of one input wait for another that has none. */
  readonly maxIdleMs: number;
  readonly clock: Clock;
  /** False: whatever is in hand of any input is void, and will be fetched again. */
  readonly process: (batch: PartitionBatch, context: BatchContext) => Promise<boolean>;
}

interface Head {
  readonly batch: PartitionBatch;
  readonly context: BatchContext;
  /** Index of the next record. */
  next: number;
  readonly finish: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Feeds a task from several inputs: always from the one whose next record is the oldest, as Kafka Streams does (KIP-695:
 * an input without records holds the others back only while it is known to have some, or for `maxIdleMs`). What cannot
 * be decided yet is given back, to be fetched again together with what is missing.
 */
export class InputMerger {
  readonly #parts: InputMergerParts;
  readonly #heads = new Map<string, Head>();
  #running = false;
  #fruitless = 0;
  #idleSinceMs: number | null = null;

  constructor(parts: InputMergerParts) {
    this.#parts = parts;
  }

  /** Resolves when the batch was processed, or what is left of it is to be fetched again. */
  offer(batch: PartitionBatch, context: BatchContext): Promise<void> {
    return new Promise((finish, fail) => {
      this.#heads.set(batch.topic, { batch, context, next: 0, finish, fail });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      await this.#parts.clock.sleep(SIBLINGS_MS);
      for (let head = this.#oldest(); head; head = this.#oldest()) {
        if (head.context.signal.aborted || (await this.#isToWait(head))) break;
        if (!(await this.#processRun(head))) break;
      }
      for (const head of this.#heads.values()) head.finish();
    } catch (error) {
      for (const head of this.#heads.values()) head.fail(error);
    } finally {
      this.#heads.clear();
      this.#running = false;
    }
  }

  #oldest(): Head | undefined {
    let oldest: Head | undefined;
    for (const topic of this.#parts.topics) {
      const head = this.#heads.get(topic);
      if (head && (!oldest || timeOf(head) < timeOf(oldest))) oldest = head;
    }
    return oldest;
  }

  /** Whether an input that is not there may have older records than the head. */
  async #isToWait(head: Head): Promise<boolean> {
    const absent = this.#parts.topics.filter((topic) => !this.#heads.has(topic));
    if (absent.length === 0) return this.#goOn();
    const backlogs = await Promise.all(absent.map((topic) => head.context.backlogOf(topic)));
    if (backlogs.some((backlog) => backlog > 0n)) {
      this.#fruitless++;
      return this.#fruitless <= MOST_FRUITLESS || this.#goOn();
    }
    const { maxIdleMs, clock } = this.#parts;
    this.#idleSinceMs ??= clock.nowMs();
    if (clock.nowMs() - this.#idleSinceMs >= maxIdleMs) return false;
    await clock.sleep(HELD_BACK_MS, head.context.signal);
    return true;
  }

  #goOn(): false {
    this.#fruitless = 0;
    this.#idleSinceMs = null;
    return false;
  }

  /** Processes the records of the head up to the next one of another input. */
  async #processRun(head: Head): Promise<boolean> {
    const { batch, context, next } = head;
    const limit = this.#limitFor(head);
    let end = next + 1;
    while (end < batch.records.length && limit(batch.records[end]?.timestampMs ?? 0)) end++;
    const before = batch.records[next - 1];
    const isProcessed = await this.#parts.process(
      {
        ...batch,
        records: batch.records.slice(next, end),
        fetchedOffset: before ? before.offset + 1n : batch.fetchedOffset,
        nextOffset: batch.records[end]?.offset ?? batch.nextOffset,
      },
      context,
    );
    if (!isProcessed) return false;
    this.#fruitless = 0;
    head.next = end;
    if (end < batch.records.length) return true;
    this.#heads.delete(batch.topic);
    head.finish();
    return true;
  }

  #limitFor(head: Head): (timeMs: number) => boolean {
    const { topics } = this.#parts;
    const others = [...this.#heads.values()].filter((other) => other !== head);
    const rank = (one: Head): number => topics.indexOf(one.batch.topic);
    return (timeMs) =>
      others.every((other) => timeMs < timeOf(other) || (timeMs === timeOf(other) && rank(head) < rank(other)));
  }
}

function timeOf({ batch, next }: Head): number {
  return batch.records[next]?.timestampMs ?? Infinity;
}
