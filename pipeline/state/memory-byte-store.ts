import type { ByteStore, Change, Checkpoint } from '../ports/store.ts';
import { bytesOf, createByteTree, textOf } from './byte-tree.ts';

/** Values from this size on stay outside of the JavaScript heap. */
const LARGE_BYTES = 1024;

/**
 * Keeps a store in memory; it ends with its process. Values are copied on the way in: a small Buffer is mostly a slice
 * of a far larger one, which it would keep alive.
 */
export class MemoryByteStore implements ByteStore {
  readonly #entries = createByteTree<string | Buffer>();
  #checkpoint: Checkpoint | null = null;

  get checkpoint(): Checkpoint | null {
    return this.#checkpoint;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Buffer): Buffer | undefined {
    const kept = this.#entries.get(textOf(key));
    return kept === undefined ? undefined : valueOf(kept);
  }

  *range(from?: Buffer, to?: Buffer): Generator<readonly [key: Buffer, value: Buffer]> {
    const end = to && textOf(to);
    for (const [key, kept] of this.#entries.entries(from && textOf(from))) {
      if (end !== undefined && key >= end) return;
      yield [bytesOf(key), valueOf(kept)];
    }
  }

  apply(changes: Iterable<Change>, checkpoint: Checkpoint | null): void {
    for (const [key, value] of Array.isArray(changes) ? (changes as readonly Change[]) : [...changes]) {
      if (value === null) this.#entries.delete(textOf(key));
      else this.#entries.set(textOf(key), keptOf(value));
    }
    this.#checkpoint = checkpoint;
  }

  clear(): void {
    this.#entries.clear();
    this.#checkpoint = null;
  }

  close(): void {
    this.clear();
  }
}

function keptOf(value: Buffer): string | Buffer {
  if (value.length < LARGE_BYTES) return textOf(value);
  const copy = Buffer.allocUnsafeSlow(value.length);
  value.copy(copy);
  return copy;
}

function valueOf(kept: string | Buffer): Buffer {
  return typeof kept === 'string' ? bytesOf(kept) : kept;
}
