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
  readonly #seqs = new Set<number>();
  readonly #frames: number;
  #highest = -1;
  /** Arrivals of frames that were there already. */
  repeats = 0;
  /** Repeats whose `ce_id` is not that of the first arrival. */
  strangers = 0;
  /** Frames whose first arrival came after a later frame's. */
  disordered = 0;

  /** @param frames how many have to arrive. */
  constructor(frames: number) {
    this.#frames = frames;
  }

  add({ id, seq, recordId }: LedgerEntry): void {
    const known = this.#recordIds.get(id);
    if (known !== undefined) {
      this.repeats++;
      if (known !== recordId) this.strangers++;
      return;
    }
    this.#recordIds.set(id, recordId);
    this.#seqs.add(seq);
    if (seq < this.#highest) this.disordered++;
    this.#highest = Math.max(this.#highest, seq);
  }

  /** Frames that have arrived, each counted once. */
  get arrived(): number {
    return this.#seqs.size;
  }

  get isFull(): boolean {
    return this.arrived >= this.#frames;
  }

  /** `seq` of the frames that have not arrived. */
  get missing(): readonly number[] {
    return Array.from({ length: this.#frames }, (_, seq) => seq).filter((seq) => !this.#seqs.has(seq));
  }
}
