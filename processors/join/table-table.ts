import type { ConsumerRecord, KeyValueStore, OutputRecord, ProcessorContext } from '../../pipeline/index.ts';
import { timeOf, type KeptData } from './data-shape.ts';
import { isPreserved, sideOf, type JoinOptions } from './options.ts';
import { sayDropped } from './say-dropped.ts';
import { pairOf, sidesOf, type Pair, type Shape, type Sides } from './shape.ts';
import { LEFT_TABLE, RIGHT_TABLE } from './table-stores.ts';

const STORES = { left: LEFT_TABLE, right: RIGHT_TABLE };

/**
 * Joins two tables into a table: each update of a side gives the new result of its key, and a record without a value where
 * there was a result and there is none any more.
 */
export class TableTableJoin {
  readonly #settings: JoinOptions;
  readonly #shape: Shape<KeptData>;

  constructor(settings: JoinOptions, shape: Shape<KeptData>) {
    this.#settings = settings;
    this.#shape = shape;
  }

  async process(record: ConsumerRecord, context: ProcessorContext): Promise<readonly OutputRecord[]> {
    const key = this.#shape.keyOf(record);
    if (key === null) return sayDropped('it has no key', record, context);
    const side = sideOf(record.topic, this.#settings);
    const otherSide = side === 'left' ? 'right' : 'left';
    const own = context.store<KeyValueStore<KeptData>>(STORES[side]);
    const other = context.store<KeyValueStore<KeptData>>(STORES[otherSide]).get(key.id) ?? null;
    const before = sidesOf(side, own.get(key.id) ?? null, other);
    const changed = record.value === null ? null : await this.#shape.keep(record);
    const after = sidesOf(side, changed, other);
    if (changed === null) own.delete(key.id);
    else own.put(key.id, changed);
    const atMs = Math.max(timeOf(record), pairOf(key, after).atMs);
    if (this.#hasResult(after)) return [await this.#resultOf({ ...after, key, atMs }, record)];
    return this.#hasResult(before) ? [tombstone(atMs)] : [];
  }

  #hasResult({ left, right }: Sides<KeptData>): boolean {
    if (left && right) return true;
    return (
      (left !== null && isPreserved('left', this.#settings)) || (right !== null && isPreserved('right', this.#settings))
    );
  }

  /** Where an expression selects nothing, the table has nothing for the key. */
  async #resultOf(pair: Pair<KeptData>, record: ConsumerRecord): Promise<OutputRecord> {
    return (await this.#shape.join(pair, record)) ?? tombstone(pair.atMs);
  }
}

function tombstone(timestampMs: number): OutputRecord {
  return { value: null, headers: { 'frame-meta': undefined }, timestampMs };
}
