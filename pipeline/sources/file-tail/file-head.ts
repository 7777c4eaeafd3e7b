import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const HEAD_BYTES = 1024;
const NEWLINE = 0x0a;

/** The first bytes of a file, as far as it was read: by them it is known again, as inodes are used again. */
export class FileHead {
  #bytes: Buffer = Buffer.alloc(0);
  #whole: string | null = null;

  /** Reads what there is of the head before an offset. */
  async read(file: FileHandle, offset: number): Promise<void> {
    this.#bytes = await readAt(file, 0, Math.min(offset, HEAD_BYTES));
  }

  /** Takes what it lacks from a piece of the file. */
  add(piece: Buffer, offset: number): void {
    if (offset !== this.#bytes.length || offset >= HEAD_BYTES) return;
    this.#bytes = Buffer.concat([this.#bytes, piece.subarray(0, HEAD_BYTES - offset)]);
  }

  /** Forgets what stands behind an offset. */
  cut(offset: number): void {
    this.#bytes = this.#bytes.subarray(0, offset);
    this.#whole = null;
  }

  /** Whether the file still begins so, as far as an offset. */
  async isOf(file: FileHandle, offset: number): Promise<boolean> {
    const known = this.#bytes.subarray(0, offset);
    return known.equals(await readAt(file, 0, known.length));
  }

  /** What tells this file from others with its inode: of what stands before an offset. */
  fingerprint(offset: number): string {
    if (offset < HEAD_BYTES) return fingerprintOf(this.#bytes.subarray(0, offset));
    this.#whole ??= fingerprintOf(this.#bytes);
    return this.#whole;
  }

  /** The same of its first line alone, which stays what it is while the file grows. */
  firstLineFingerprint(): string {
    const end = this.#bytes.indexOf(NEWLINE);
    return fingerprintOf(end < 0 ? this.#bytes : this.#bytes.subarray(0, end));
  }
}

/** Bytes of a file from an offset on; fewer where it ends. */
export async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(buffer, read, length - read, offset + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}

function fingerprintOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
