/** A frame as it arrived. */
export interface LedgerEntry {
  readonly id: string;
  readonly seq: number;
  /** Its `ce_id`. */
  readonly recordId: string;
}

/** Keeps account of which frames of one session have arrived, how often and in which order. */
export class FrameLedger {
  readonly #recordIds = new Map<string, string>();
  #highest = -1;
  /** Arrivals of frames that were there already. */
  repeats = 0;
  /** Repeats whose `ce_id` is not that of the first arrival. */
  strangers = 0;
  /** Frames whose first arrival came after a later frame's. */
  disordered = 0;

  add({ id, seq, recordId }: LedgerEntry): void {
    const known = this.#recordIds.get(id);
    if (known !== undefined) {
      this.repeats++;
      if (known !== recordId) this.strangers++;
      return;
    }
    this.#recordIds.set(id, recordId);
    if (seq < this.#highest) this.disordered++;
    this.#highest = Math.max(this.#highest, seq);
  }

  get distinct(): number {
    return this.#recordIds.size;
  }

  /** Frames before the last one that have not arrived. */
  get missing(): number {
    return this.#highest + 1 - this.distinct;
  }
}
