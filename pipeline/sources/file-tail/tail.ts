import { open, type FileHandle } from 'node:fs/promises';
import { LineSplitter } from '../line-splitter.ts';
import { FileHead, readAt } from './file-head.ts';
import type { FilePosition } from './file-position.ts';

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** A whole line of a file, without its end. */
export interface TailLine {
  readonly bytes: Buffer;
  /** Where it begins, and where the next one does. */
  readonly offset: number;
  readonly end: number;
  /** It is longer than it may be: `bytes` are its beginning. */
  readonly tooLong: boolean;
}

/** A file that is read line by line as it grows, wherever it is moved. */
export class Tail {
  /** Where it was found at first. */
  path: string;
  readonly inode: string;
  readonly #file: FileHandle;
  readonly #maxBytes: number;
  readonly #head = new FileHead();
  #splitter: LineSplitter;
  /** Where the line under way begins, and up to where its bytes are known. */
  #lineStart = 0;
  #readTo = 0;
  #size = 0;
  #mtimeNs = -1n;
  #links = 1;
  /** Its name among the positions; null before its first line is known. */
  id: string | null = null;
  /** Where it is now. */
  currentPath: string;
  /** When it was last seen to be changed, or to be no longer where it was. */
  changedMs = 0;
  isGone = false;

  private constructor(path: string, { file, inode, maxBytes }: { file: FileHandle; inode: string; maxBytes: number }) {
    this.path = this.currentPath = path;
    this.inode = inode;
    this.#file = file;
    this.#maxBytes = maxBytes;
    this.#splitter = new LineSplitter(maxBytes);
  }

  /** Opens a file at its beginning; `path` is where it counts as found. */
  static async open({ path, at = path, maxBytes }: { path: string; at?: string; maxBytes: number }): Promise<Tail> {
    const file = await open(at, 'r');
    const { ino } = await file.stat({ bigint: true });
    const tail = new Tail(path, { file, inode: String(ino), maxBytes });
    tail.currentPath = at;
    return tail;
  }

  get offset(): number {
    return this.#lineStart;
  }

  get isAtEnd(): boolean {
    return this.#readTo >= this.#size;
  }

  get isDeleted(): boolean {
    return this.#links === 0;
  }

  /** Whether the file is the one of this position. */
  async is({ offset, fingerprint }: FilePosition): Promise<boolean> {
    const { size } = await this.#file.stat();
    const head = new FileHead();
    await head.read(this.#file, offset);
    return size >= offset && head.fingerprint(offset) === fingerprint;
  }

  /** Goes on at the beginning of a line. */
  async goTo(offset: number): Promise<void> {
    await this.#head.read(this.#file, offset);
    this.#goBackTo(offset);
  }

  /** Goes on at the line that is under way at the end. */
  async goToEnd(): Promise<void> {
    const { size } = await this.#file.stat();
    for (let end = size; end > 0; end -= CHUNK_BYTES) {
      const start = Math.max(0, end - CHUNK_BYTES);
      const newline = (await readAt(this.#file, start, end - start)).lastIndexOf(NEWLINE);
      if (newline >= 0) return this.goTo(start + newline + 1);
    }
  }

  /** Looks at the file; false when it is no longer what was read, but begins anew. */
  async look(nowMs: number): Promise<boolean> {
    const { size, mtimeNs, nlink } = await this.#file.stat({ bigint: true });
    const isChanged = mtimeNs !== this.#mtimeNs || Number(size) !== this.#size;
    this.#links = Number(nlink);
    this.#mtimeNs = mtimeNs;
    this.#size = Number(size);
    if (!isChanged) return true;
    this.changedMs = nowMs;
    if (this.#size < this.#lineStart || !(await this.#head.isOf(this.#file, this.#lineStart))) return false;
    if (this.#size < this.#readTo) this.#goBackTo(this.#lineStart); // part of the line under way was taken back
    return true;
  }

  /** Begins at its beginning, as another file. */
  beginAnew(): void {
    this.id = null;
    this.#goBackTo(0);
  }

  /** Lines up to the end that was seen last, chunk by chunk; leaves off after `maxBytes`. */
  async *lines(maxBytes: number): AsyncGenerator<readonly TailLine[]> {
    const until = Math.min(this.#size, this.#readTo + maxBytes);
    while (this.#readTo < until) {
      const chunk = await readAt(this.#file, this.#readTo, Math.min(CHUNK_BYTES, until - this.#readTo));
      if (chunk.length === 0) return; // it was cut off since
      this.#head.add(chunk, this.#readTo);
      this.#readTo += chunk.length;
      yield [...this.#splitter.push(chunk)].map((line) => this.#placed(line));
    }
  }

  /** What stands behind the last newline, where there is anything: for files nobody will write to any more. */
  lastLine(): TailLine | null {
    const line = this.#splitter.end();
    return line && this.#placed(line);
  }

  /** Unique with its inode, as far as that is known by its first line. */
  firstLineFingerprint(): string {
    return this.#head.firstLineFingerprint();
  }

  positionAt(offset: number, nowMs: number): FilePosition {
    const fingerprint = this.#head.fingerprint(offset);
    return { path: this.path, inode: this.inode, offset, fingerprint, seenMs: nowMs };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #placed({ bytes, size, tooLong }: { bytes: Buffer; size: number; tooLong: boolean }): TailLine {
    const offset = this.#lineStart;
    this.#lineStart += size;
    return { bytes, offset, end: this.#lineStart, tooLong };
  }

  #goBackTo(offset: number): void {
    this.#head.cut(offset);
    this.#splitter = new LineSplitter(this.#maxBytes);
    this.#lineStart = this.#readTo = offset;
  }
}
