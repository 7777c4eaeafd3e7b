const FF = 0xff;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const PICTURE_START = Buffer.from([FF, SOI, FF]);

/**
 * Cuts a stream of concatenated JPEGs, in chunks of any size, into single pictures. It walks the segments by their
 * lengths, so that an end marker inside one (a thumbnail in EXIF) does not count, and scans only entropy-coded data.
 * Bytes outside pictures, and a picture that breaks off, are skipped.
 */
export class JpegSplitter {
  #pending: Buffer = Buffer.alloc(0);
  /** Everything of the picture before this has been looked at; 0 while no picture has begun. */
  #at = 0;
  #inScan = false;

  /** The pictures that this chunk completes. */
  push(chunk: Buffer): readonly Buffer[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const pictures: Buffer[] = [];
    for (;;) {
      const before = this.#position();
      const picture = this.#step();
      if (picture) pictures.push(picture);
      else if (this.#position() === before) return pictures;
    }
  }

  /** The same twice: the step between needs more bytes. */
  #position(): string {
    return `${this.#pending.length}:${this.#at}:${this.#inScan}`;
  }

  /** One marker, or one stretch of entropy-coded data, further; changes nothing where more bytes are needed. */
  #step(): Buffer | null {
    if (this.#at === 0) this.#findPicture();
    else if (this.#inScan) this.#scan();
    else return this.#readMarker();
    return null;
  }

  #findPicture(): void {
    const start = this.#pending.indexOf(PICTURE_START);
    if (start >= 0) this.#at = 2;
    const skipped = start >= 0 ? start : this.#pending.length - (PICTURE_START.length - 1);
    if (skipped > 0) this.#pending = this.#pending.subarray(skipped);
  }

  /** In entropy-coded data an FF is a marker unless 00 (a data byte FF) or a restart follows. */
  #scan(): void {
    const found = this.#pending.indexOf(FF, this.#at);
    const next = this.#pending[found + 1];
    if (found < 0) this.#at = this.#pending.length;
    else if (next === undefined) this.#at = found;
    else if (next === 0 || isRestart(next)) this.#at = found + 2;
    else {
      this.#at = found;
      this.#inScan = false;
    }
  }

  #readMarker(): Buffer | null {
    const [first, marker] = this.#pending.subarray(this.#at, this.#at + 2);
    if (first === undefined || marker === undefined) return null;
    if (marker === EOI && first === FF) return this.#cut(this.#at + 2);
    if (first !== FF || marker === 0 || marker === SOI) this.#abandon();
    else if (marker === FF) this.#at += 1;
    else if (isRestart(marker)) this.#at += 2;
    else this.#skipSegment(marker);
    return null;
  }

  #skipSegment(marker: number): void {
    if (this.#pending.length < this.#at + 4) return;
    const end = this.#at + 2 + this.#pending.readUInt16BE(this.#at + 2);
    if (this.#pending.length < end) return;
    this.#at = end;
    this.#inScan = marker === SOS;
  }

  #cut(end: number): Buffer {
    const picture = this.#pending.subarray(0, end);
    this.#pending = this.#pending.subarray(end);
    this.#at = 0;
    return picture;
  }

  /** What began here is no whole picture: look for the next one behind what has been walked. */
  #abandon(): void {
    this.#pending = this.#pending.subarray(this.#at);
    this.#at = 0;
    this.#inScan = false;
  }
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}
