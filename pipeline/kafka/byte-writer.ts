import { varIntBytes } from './record-size.ts';

/** Longer texts are quicker to write natively, byte by byte is quicker for shorter ones. */
const SHORT_TEXT = 64;

/** Writes what a record batch is made of into one buffer of known size; buffers that are kept stand between its parts. */
export class ByteWriter {
  readonly pieces: Buffer[] = [];
  readonly #bytes: Buffer;
  #from = 0;
  #at = 0;

  /** `size` without the bytes of kept buffers. */
  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  int8(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  int16(value: number): void {
    this.#at = this.#bytes.writeInt16BE(value, this.#at);
  }

  int32(value: number): void {
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
  }

  int64(value: bigint): void {
    this.#at = this.#bytes.writeBigInt64BE(value, this.#at);
  }

  /** An integer of 32 bits, zigzag coded, seven bits in each byte. */
  varInt(value: number): void {
    const bytes = this.#bytes;
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    for (; rest > 127; rest >>>= 7) bytes[this.#at++] = (rest & 127) | 128;
    bytes[this.#at++] = rest;
  }

  /** The same for any safe integer that is not negative. */
  varLong(value: number): void {
    if (value < 2 ** 30) return this.varInt(value);
    let rest = value * 2;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#bytes[this.#at++] = (rest % 128) | 128;
    this.#bytes[this.#at++] = rest;
  }

  /** `byteLength` is that of the text in UTF-8. */
  text(text: string, byteLength: number): void {
    const end = this.#at + byteLength;
    if (byteLength === text.length && byteLength <= SHORT_TEXT)
      for (let at = this.#at, index = 0; at < end; at++) this.#bytes[at] = text.charCodeAt(index++);
    else this.#bytes.write(text, this.#at, byteLength);
    this.#at = end;
  }

  buffer(buffer: Uint8Array): void {
    this.#bytes.set(buffer, this.#at);
    this.#at += buffer.length;
  }

  /** Takes the buffer as it is. */
  keep(buffer: Buffer): void {
    this.#seal();
    this.pieces.push(buffer);
  }

  end(): readonly Buffer[] {
    this.#seal();
    return this.pieces;
  }

  #seal(): void {
    if (this.#at > this.#from) this.pieces.push(this.#bytes.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }
}

/** A text with its length in front, as names of headers are written. */
export function lengthAndText(text: string): Buffer {
  const byteLength = Buffer.byteLength(text);
  const writer = new ByteWriter(varIntBytes(byteLength) + byteLength);
  writer.varInt(byteLength);
  writer.text(text, byteLength);
  return writer.end()[0] as Buffer;
}
