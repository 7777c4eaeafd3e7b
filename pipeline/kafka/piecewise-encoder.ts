/** What of kafkajs' Encoder the piecewise one builds on: small writes go to `buf` at `offset`. */
interface Encoder {
  buf: Buffer;
  offset: number;
}

type EncoderClass = new (initialSize?: number) => Encoder;

/** From this size on a buffer is kept by reference instead of copied. */
const KEPT_BYTES = 1024;
const FIRST_SCRATCH_BYTES = 512;
const LAST_SCRATCH_BYTES = 64 * 1024;

/**
 * An Encoder that keeps large buffers by reference and joins its pieces once, when its bytes are asked for. As
 * published, every level of a produce request copies everything below it into a zeroed, growing buffer: nine copies of
 * a frame, most of the cost of sending it.
 */
export function piecewise(Base: EncoderClass): EncoderClass {
  return class PiecewiseEncoder extends Base {
    readonly #pieces = new Pieces();
    #from = 0;

    constructor() {
      super(1);
      this.buf = Buffer.allocUnsafe(FIRST_SCRATCH_BYTES);
    }

    writeBufferInternal(buffer: Buffer): void {
      if (buffer.length >= KEPT_BYTES) return this.#sealed().add(buffer);
      this.ensureAvailable(buffer.length);
      buffer.copy(this.buf, this.offset);
      this.offset += buffer.length;
    }

    ensureAvailable(length: number): void {
      if (this.offset + length <= this.buf.length) return;
      this.#sealed();
      const grown = Math.min(this.buf.length * 2, LAST_SCRATCH_BYTES);
      this.buf = Buffer.allocUnsafe(Math.max(grown, length));
      this.offset = this.#from = 0;
    }

    writeEncoder(value: PiecewiseEncoder): this {
      for (const piece of value.#sealed().list) this.writeBufferInternal(piece);
      return this;
    }

    writeEncoderArray(values: readonly PiecewiseEncoder[]): this {
      for (const value of values) this.writeEncoder(value);
      return this;
    }

    get buffer(): Buffer {
      return this.#sealed().joined();
    }

    size(): number {
      return this.#pieces.bytes + this.offset - this.#from;
    }

    /** The pieces, with what was written to the scratch since the last one as one more. */
    #sealed(): Pieces {
      if (this.offset > this.#from) this.#pieces.add(this.buf.subarray(this.#from, this.offset));
      this.#from = this.offset;
      return this.#pieces;
    }
  };
}

/** Buffers that make one when they are joined. */
class Pieces {
  list: Buffer[] = [];
  bytes = 0;

  add(piece: Buffer): void {
    this.list.push(piece);
    this.bytes += piece.length;
  }

  joined(): Buffer {
    if (this.list.length !== 1) this.list = [Buffer.concat(this.list, this.bytes)];
    return this.list[0] as Buffer;
  }
}
