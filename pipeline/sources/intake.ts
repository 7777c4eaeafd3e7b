import type { SourceRecord } from '../ports/source.ts';

/** Bytes of bodies that are being read or wait for the broker: half of what the runtime keeps for a source. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** What has come in and is not yet acknowledged: bounded, and told of when it is. */
export class Intake {
  readonly #maxWaiting: number;
  readonly #queue: SourceRecord[] = [];
  #bytes = 0;
  #waiting = 0;
  #accepted = 0;
  #wake = (): void => undefined;

  constructor({ maxWaiting }: { readonly maxWaiting: number }) {
    this.#maxWaiting = maxWaiting;
  }

  /** Records taken in that are not yet acknowledged. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Records acknowledged so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Keeps room for a body, however large it is where nothing else waits; false where there is none. */
  reserve(bytes: number): boolean {
    if (this.#waiting >= this.#maxWaiting) return false;
    if (this.#bytes > 0 && this.#bytes + bytes > MAX_WAITING_BYTES) return false;
    this.#bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Whether so many records, more than one at a time may wait, have room; a large list needs all of it. */
  hasRoomFor(records: number): boolean {
    return this.#waiting === 0 || this.#waiting + records <= this.#maxWaiting;
  }

  /** Takes records in; resolves true when all are acknowledged, false when some will never be written. */
  take(records: readonly SourceRecord[]): Promise<boolean> {
    this.#waiting += records.length;
    const all = Promise.all(records.map((record) => this.#takeOne(record)));
    this.#wake();
    return all.then((each) => each.every(Boolean));
  }

  /** What comes in, until `signal` aborts; what then still waits for its turn is settled as never written. */
  async *records(signal: AbortSignal): AsyncGenerator<SourceRecord> {
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted) {
        const record = this.#queue.shift();
        if (record) yield record;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', wake);
      for (const record of this.#queue.splice(0)) record.settled?.(false);
    }
  }

  #takeOne(record: SourceRecord): Promise<boolean> {
    return new Promise((resolve) => {
      const settled = (acknowledged: boolean): void => {
        this.#waiting--;
        if (acknowledged) this.#accepted++;
        resolve(acknowledged);
      };
      this.#queue.push({ ...record, settled });
    });
  }
}
