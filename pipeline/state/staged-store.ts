import type { ByteStore, Change, Checkpoint } from '../ports/store.ts';
import { bytesOf, createByteTree, textOf } from './byte-tree.ts';
import { isDerived } from './entry-keys.ts';
import { pagedRange } from './paged-range.ts';

const FIRST_KEY: Buffer = Buffer.alloc(0);

/**
 * What was changed since the last `accept`, laid over a byte store that does not know of it yet. Reads see the changes.
 *
 *   put, delete ──▶ staged ──accept──▶ byte store
 *                     ├──rollback(mark)──▶ staged, as it was at mark()
 *                     └──discard──▶ nothing staged
 */
export class StagedStore {
  readonly #backend: ByteStore;
  readonly #staged = createByteTree<Buffer | null>();
  /** What `#staged` held before each change, the oldest first; undefined: nothing of that key. */
  readonly #undo: [key: string, before: Buffer | null | undefined][] = [];

  constructor(backend: ByteStore) {
    this.#backend = backend;
  }

  get(key: Buffer): Buffer | undefined {
    const staged = this.#staged.size === 0 ? undefined : this.#staged.get(textOf(key));
    return staged === undefined ? this.#backend.get(key) : (staged ?? undefined);
  }

  /** Keeps the Buffer itself until `accept`: it must not be written to. */
  put(key: Buffer, value: Buffer): void {
    this.#stage(textOf(key), value);
  }

  delete(key: Buffer): void {
    this.#stage(textOf(key), null);
  }

  /**
   * Entries in the order of their keys' bytes, `from` included, `to` excluded. Puts and deletes meanwhile are allowed, and
   * seen where they lie ahead; `accept` and `discard` are not.
   */
  *range(from: Buffer = FIRST_KEY, to?: Buffer): Generator<readonly [key: Buffer, value: Buffer], undefined> {
    const end = to && textOf(to);
    const backend = pagedRange(this.#backend, from, to);
    let kept = backend.next().value;
    let staged = this.#staged.getPairOrNextHigher(textOf(from));
    for (;;) {
      if (staged !== undefined && end !== undefined && staged[0] >= end) staged = undefined;
      const keptKey = kept && textOf(kept[0]);
      const key = lower(staged?.[0], keptKey);
      if (key === undefined) return;
      const value = key === staged?.[0] ? staged[1] : kept?.[1];
      if (key === keptKey) kept = backend.next().value;
      if (value) yield [bytesOf(key), value];
      staged = this.#staged.nextHigherPair(key);
    }
  }

  /** Changes since the last `accept`, the last one of each key, in the order of the keys; without derived entries. */
  changes(): Change[] {
    return this.#changes((key) => !isDerived(key));
  }

  /** Writes all changes and the checkpoint into the byte store, atomically; then nothing is staged any more. */
  accept(checkpoint: Checkpoint | null): void {
    this.#backend.apply(
      this.#changes(() => true),
      checkpoint,
    );
    this.discard();
  }

  /** Forgets all changes since the last `accept`. */
  discard(): void {
    this.#staged.clear();
    this.#undo.length = 0;
  }

  /** Where the changes stand, for `rollback`. */
  mark(): number {
    return this.#undo.length;
  }

  /** Takes back every change made after the mark, which is good until the next `accept` or `discard`. */
  rollback(mark: number): void {
    for (const [key, before] of this.#undo.splice(mark).reverse()) {
      if (before === undefined) this.#staged.delete(key);
      else this.#staged.set(key, before);
    }
  }

  #stage(key: string, value: Buffer | null): void {
    this.#undo.push([key, this.#staged.get(key)]);
    this.#staged.set(key, value);
  }

  #changes(wanted: (key: string) => boolean): Change[] {
    const changes: Change[] = [];
    this.#staged.forEachPair((key, value) => {
      if (wanted(key)) changes.push([bytesOf(key), value]);
    });
    return changes;
  }
}

function lower(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
