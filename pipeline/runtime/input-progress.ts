import type { Step } from './delivery.ts';

/** A record under way. */
export interface UnderWayRecord {
  readonly offset: bigint;
  /** Its outcome is known. */
  readonly isDone: boolean;
}

/** How far a task has come in one of its inputs whose records are done in any order: up to the lowest unfinished one. */
export class InputProgress<R extends UnderWayRecord> {
  #step: Omit<Step, 'nextOffset'>;
  /** Written ones among them too, as long as one before them is not. */
  #records: R[] = [];
  readonly #written = new Set<R>();
  #end = -1n;
  #committed = -1n;

  constructor(step: Step) {
    this.#step = step;
  }

  add(record: R): void {
    this.#records.push(record);
    this.#end = record.offset + 1n;
  }

  /** Everything before the step was added, or is none of the task's business. */
  reachedEnd(step: Step): void {
    this.#step = step;
    if (step.nextOffset > this.#end) this.#end = step.nextOffset;
  }

  /** Where the input goes on if all else is given up; once these records too are written, if there are any. */
  step(writing: ReadonlySet<R> = new Set()): Step {
    const open = this.#records.find((record) => !this.#written.has(record) && !writing.has(record));
    return { ...this.#step, nextOffset: open?.offset ?? this.#end };
  }

  /** Nothing is under way, and that is not committed yet. */
  get isToCommit(): boolean {
    return this.#records.length === 0 && this.#end > this.#committed;
  }

  /** The records before the first that is not done. */
  doneInOrder(limit: number): readonly R[] {
    const open = this.#records.findIndex(({ isDone }) => !isDone);
    return this.#records.slice(0, Math.min(limit, open === -1 ? this.#records.length : open));
  }

  /** These are written and the step committed; returns the records that need be remembered no longer. */
  wrote(records: ReadonlySet<R>, { nextOffset }: Step): readonly R[] {
    for (const record of records) this.#written.add(record);
    let gone = 0;
    while (gone < this.#records.length && this.#isWritten(gone)) gone++;
    const forgotten = this.#records.splice(0, gone);
    for (const record of forgotten) this.#written.delete(record);
    this.#committed = nextOffset;
    return forgotten;
  }

  #isWritten(index: number): boolean {
    const record = this.#records[index];
    return record !== undefined && this.#written.has(record);
  }
}
