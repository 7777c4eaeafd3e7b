const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line without its end; one that was too long comes as its beginning. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
  /** What it takes in the stream, its end included. */
  readonly size: number;
  readonly tooLong: boolean;
}

/** Cuts a stream of bytes, in chunks of any size, into lines; never holds more than `maxBytes` of a line. */
export class LineSplitter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #held = 0;
  #size = 0;
  #tooLong = false;
  #number = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that this chunk completes. */
  *push(chunk: Buffer): Generator<Line> {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#hold(chunk.subarray(from, end));
      this.#size++;
      yield this.#take();
      from = end + 1;
    }
    this.#hold(chunk.subarray(from));
  }

  /** The last line, where the stream does not end with a newline. */
  end(): Line | null {
    return this.#held > 0 || this.#tooLong ? this.#take() : null;
  }

  #hold(bytes: Buffer): void {
    this.#size += bytes.length;
    const room = this.#maxBytes - this.#held;
    if (bytes.length > room) this.#tooLong = true;
    const kept = bytes.subarray(0, room);
    if (kept.length > 0) this.#parts.push(kept);
    this.#held += kept.length;
  }

  #take(): Line {
    const bytes = this.#parts.length === 1 && this.#parts[0] ? this.#parts[0] : Buffer.concat(this.#parts);
    const end = bytes.at(-1) === CARRIAGE_RETURN && !this.#tooLong ? bytes.length - 1 : bytes.length;
    const line = { number: ++this.#number, bytes: bytes.subarray(0, end), size: this.#size, tooLong: this.#tooLong };
    this.#parts = [];
    this.#held = 0;
    this.#size = 0;
    this.#tooLong = false;
    return line;
  }
}
