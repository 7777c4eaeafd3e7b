import { createRequire } from 'node:module';
import type Sorted from 'sorted-btree';

// Of CommonJS with a default export: loaders differ in what an import of it gives.
const { default: SortedTree } = createRequire(import.meta.url)('sorted-btree') as typeof Sorted;

/** Entries in the order of their keys' bytes; a key is its bytes as text, one character each. */
export type ByteTree<V> = Sorted.default<string, V>;

export function createByteTree<V>(): ByteTree<V> {
  return new SortedTree<string, V>(undefined, compare);
}

export function textOf(bytes: Buffer): string {
  return bytes.toString('latin1');
}

export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
