import type { ConsumerRecord, OutputRecord, Processor, ProcessorContext } from '../../pipeline/index.ts';
import type { ChildKeeper } from './child-keeper.ts';
import { Turns } from './turns.ts';

/** Of records that were with others when a child ended: more of them are known than are ever tried again. */
const MOST_SUSPECTS = 10_000;

/** Records that were in the hand of a child together when it ended, one of which it may have ended of. */
export class Suspects {
  readonly #places = new Set<string>();

  add(records: readonly ConsumerRecord[]): void {
    if (records.length < 2) return;
    for (const record of records) this.#places.add(placeOf(record));
    for (const place of this.#places) if (this.#places.size > MOST_SUSPECTS) this.#places.delete(place);
  }

  has(record: ConsumerRecord): boolean {
    return this.#places.size > 0 && this.#places.has(placeOf(record));
  }

  clear(record: ConsumerRecord): void {
    if (this.#places.size > 0) this.#places.delete(placeOf(record));
  }
}

/** Hands records to a child process, as many at once as it may have in hand. */
export class ExecProcessor implements Processor {
  readonly concurrency: number;
  readonly #keeper: ChildKeeper;
  readonly #suspects: Suspects;
  readonly #turns: Turns;

  constructor(keeper: ChildKeeper, suspects: Suspects, inFlight: number) {
    this.concurrency = inFlight;
    this.#keeper = keeper;
    this.#suspects = suspects;
    this.#turns = new Turns(inFlight);
  }

  /** A record that may have been the end of a child is tried again alone: the others are not to fail with it twice. */
  async admit(record: ConsumerRecord, signal: AbortSignal): Promise<() => void> {
    const leave = await this.#turns.take({ alone: this.#suspects.has(record), signal });
    try {
      await this.#keeper.child(signal);
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }

  async process(record: ConsumerRecord, { signal }: ProcessorContext): Promise<readonly OutputRecord[]> {
    const child = await this.#keeper.child(signal);
    const outputs = await child.ask(record, signal);
    this.#suspects.clear(record);
    return outputs;
  }

  close(): Promise<void> {
    return this.#keeper.close();
  }
}

function placeOf({ topic, partition, offset }: ConsumerRecord): string {
  return `${topic}-${partition}@${offset}`;
}
