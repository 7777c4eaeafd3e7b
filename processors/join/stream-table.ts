import type { ConsumerRecord, KeyValueStore, OutputRecord, ProcessorContext } from '../../pipeline/index.ts';
import type { KeptData } from './data-shape.ts';
import { isPreserved, sideOf, type JoinOptions } from './options.ts';
import { sayDropped } from './say-dropped.ts';
import type { Shape } from './shape.ts';
import { RIGHT_TABLE } from './table-stores.ts';

/** Looks up each record of the stream in the table, as it is when the record comes. The table makes no output. */
export class StreamTableJoin {
  readonly #settings: JoinOptions;
  readonly #shape: Shape<KeptData>;

  constructor(settings: JoinOptions, shape: Shape<KeptData>) {
    this.#settings = settings;
    this.#shape = shape;
  }

  async process(record: ConsumerRecord, context: ProcessorContext): Promise<readonly OutputRecord[]> {
    const table = context.store<KeyValueStore<KeptData>>(RIGHT_TABLE);
    if (sideOf(record.topic, this.#settings) === 'left') return this.#lookUp(record, table, context);
    const key = this.#shape.keyOf(record);
    if (key === null) return sayDropped('it has no key', record, context);
    if (record.value === null) table.delete(key.id);
    else table.put(key.id, await this.#shape.keep(record));
    return [];
  }

  async #lookUp(
    record: ConsumerRecord,
    table: KeyValueStore<KeptData>,
    context: ProcessorContext,
  ): Promise<readonly OutputRecord[]> {
    if (record.value === null) return sayDropped('it has no value', record, context);
    const key = this.#shape.keyOf(record);
    const right = (key && table.get(key.id)) ?? null;
    if (right === null && !isPreserved('left', this.#settings)) return [];
    const left = await this.#shape.keep(record);
    const output = await this.#shape.join({ key, left, right, atMs: left.atMs }, record);
    return output ? [output] : [];
  }
}
