import type { ConsumerRecord, OutputRecord, WindowStore } from '../../pipeline/index.ts';
import type { Side } from './options.ts';
import { copyOfOutput, outputInPlace, type RecordCopy } from './record-copy.ts';

/** A record that waits for a match. */
export interface Waiting {
  readonly side: Side;
  readonly entryKey: string;
  readonly atMs: number;
}

/**
 * What is to be written of records that have met nothing, if nothing comes until their windows close. It is the output
 * and not the record: an expression that fails shall fail with the record it fails on, not with the one that closes it.
 */
export class Unmatched {
  readonly #store: WindowStore<RecordCopy>;

  constructor(store: WindowStore<RecordCopy>) {
    this.#store = store;
  }

  add(waiting: Waiting, output: OutputRecord, record: ConsumerRecord): void {
    this.#store.put(keyOf(waiting), waiting.atMs, copyOfOutput(output, record));
  }

  /** It has met something. */
  remove(waiting: Waiting): void {
    const key = keyOf(waiting);
    if (this.#store.get(key, waiting.atMs) !== undefined) this.#store.delete(key, waiting.atMs);
  }

  /** Takes out, in the order of time, what is older; `record` is the one that let time pass. */
  close(oldestMs: number, record: ConsumerRecord): OutputRecord[] {
    const outputs: OutputRecord[] = [];
    for (const { key, startMs, value } of this.#store.fetchAll(0, oldestMs - 1)) {
      this.#store.delete(key, startMs);
      outputs.push(outputInPlace(value, record));
    }
    return outputs;
  }
}

function keyOf({ side, entryKey }: Waiting): string {
  return `${side}\0${entryKey}`;
}
