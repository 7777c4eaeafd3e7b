import type { ConsumerRecord, OutputRecord } from '../../pipeline/index.ts';
import type { Side } from './options.ts';

/** What two records must have in common to match. */
export interface JoinKey {
  /** As outputs and messages show it. */
  readonly text: string;
  /** As stores know it: of a bounded length, and without the character NUL. */
  readonly id: string;
}

/** What is kept of a record. */
export interface Kept {
  readonly atMs: number;
}

/** What is known of the two sides of a key. */
export interface Sides<K extends Kept> {
  readonly left: K | null;
  readonly right: K | null;
}

/** What matches; at least one of the sides is there. */
export interface Pair<K extends Kept> extends Sides<K> {
  readonly key: JoinKey | null;
  /** Time of the output. */
  readonly atMs: number;
}

/** What a join sees in records, and what it makes of those that match. */
export interface Shape<K extends Kept> {
  /** Null: the record has no key, and matches nothing. */
  keyOf(record: ConsumerRecord): JoinKey | null;
  /** @throws PoisonRecordError where nothing can be made of the record: nothing of it may get into a store. */
  keep(record: ConsumerRecord): Promise<K>;
  /** The output that takes the place of `record`, the later of the two; null where the pair gives none. */
  join(pair: Pair<K>, record: ConsumerRecord): Promise<OutputRecord | null>;
}

/** A record of one side and what it met on the other. */
export function sidesOf<K extends Kept>(side: Side, own: K | null, other: K | null): Sides<K> {
  return side === 'left' ? { left: own, right: other } : { left: other, right: own };
}

/** The output has the later time of the two. */
export function pairOf<K extends Kept>(key: JoinKey | null, { left, right }: Sides<K>): Pair<K> {
  return { key, left, right, atMs: Math.max(left?.atMs ?? 0, right?.atMs ?? 0) };
}
