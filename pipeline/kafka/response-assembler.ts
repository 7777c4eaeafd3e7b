const SIZE_BYTES = 4;
/** Larger answers are none of Kafka's: whoever listens there speaks something else. */
const MOST_BYTES = 1_073_741_824;

/**
 * Puts the responses of a broker together from what the network brings, each in one buffer of its size: a size (int32,
 * big-endian) and so many bytes (https://kafka.apache.org/protocol). What is given may be overwritten afterwards.
 */
export class ResponseAssembler {
  readonly #size = Buffer.alloc(SIZE_BYTES);
  #sizeFilled = 0;
  #response: Buffer | null = null;
  #filled = 0;

  /**
   * Takes the next bytes and yields the responses they complete, their sizes in front.
   * @throws RangeError where the size cannot be that of a response.
   */
  *take(bytes: Buffer): Generator<Buffer> {
    for (let at = 0; at < bytes.length;) {
      at += this.#response ? this.#fill(this.#response, bytes, at) : this.#readSize(bytes, at);
      if (this.#response?.length !== this.#filled) continue;
      const complete = this.#response;
      this.#response = null;
      yield complete;
    }
  }

  #fill(response: Buffer, bytes: Buffer, from: number): number {
    const copied = bytes.copy(response, this.#filled, from);
    this.#filled += copied;
    return copied;
  }

  #readSize(bytes: Buffer, from: number): number {
    const copied = bytes.copy(this.#size, this.#sizeFilled, from);
    this.#sizeFilled += copied;
    if (this.#sizeFilled === SIZE_BYTES) {
      const size = this.#size.readInt32BE(0);
      if (size < 0 || size > MOST_BYTES)
        throw new RangeError(`no Kafka broker answers there: a response of ${size} bytes`);
      this.#response = Buffer.allocUnsafe(SIZE_BYTES + size);
      this.#filled = this.#size.copy(this.#response);
      this.#sizeFilled = 0;
    }
    return copied;
  }
}
