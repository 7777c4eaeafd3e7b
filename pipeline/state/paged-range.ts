import type { ByteStore } from '../ports/store.ts';

const FIRST_PAGE_ENTRIES = 16;
const LARGEST_PAGE_ENTRIES = 256;

/** A range of a byte store, read a page at a time: nothing of the store stays open while its reader does other things. */
export function* pagedRange(
  store: ByteStore,
  from: Buffer,
  to: Buffer | undefined,
): Generator<readonly [key: Buffer, value: Buffer], undefined> {
  let size = FIRST_PAGE_ENTRIES;
  for (let start = from; ; size = Math.min(size * 2, LARGEST_PAGE_ENTRIES)) {
    const page = [];
    for (const entry of store.range(start, to)) if (page.push(entry) === size) break;
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < size) return;
    start = Buffer.concat([last[0], Buffer.alloc(1)]); // the very next key there can be
  }
}
