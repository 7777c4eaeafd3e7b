import { headerText, type ConsumerRecord } from '../ports/record.ts';
import { contentOf, metaOf, readable, type RecordContent } from './record-content.ts';
import { recordDifference, type CompareRules, type RecordDifference } from './record-difference.ts';

/** By what records are paired: `auto` is the frame where there is one, else the id, else the key. */
export type PairBy = 'auto' | 'frame' | 'ce_id' | 'key';

/** A pair whose records differ. */
export interface PairDifference extends RecordDifference {
  readonly id: string;
  /** `partition@offset` in either topic. */
  readonly before: string;
  readonly after: string;
}

/** A record without counterpart. */
export interface Single {
  readonly id: string;
  readonly place: string;
}

export interface ComparisonCount {
  readonly pairs: number;
  readonly equal: number;
  readonly differing: number;
  readonly onlyBefore: number;
  readonly onlyAfter: number;
  /** Repeats of a record in one topic, told by its `ce_id`, which are left out. */
  readonly repeats: number;
}

/** What a comparison found. */
export interface ComparisonResult {
  readonly count: ComparisonCount;
  readonly differences: readonly PairDifference[];
  readonly onlyBefore: readonly Single[];
  readonly onlyAfter: readonly Single[];
}

/** Compares two series of records: all of the first one are added, then all of the second one. */
export class Comparison {
  readonly #rules: CompareRules;
  readonly #before: Side;
  readonly #after: Side;
  readonly #waiting = new Map<string, RecordContent>();
  readonly #onlyAfter: Single[] = [];
  readonly #differences: PairDifference[] = [];
  #pairs = 0;

  constructor(by: PairBy, rules: CompareRules) {
    this.#rules = rules;
    this.#before = new Side(by);
    this.#after = new Side(by);
  }

  addBefore(record: ConsumerRecord): void {
    const id = this.#before.idOf(record);
    if (id !== null) this.#waiting.set(id, contentOf(record));
  }

  addAfter(record: ConsumerRecord): void {
    const id = this.#after.idOf(record);
    if (id === null) return;
    const content = contentOf(record);
    const counterpart = this.#waiting.get(id);
    if (!counterpart) {
      this.#onlyAfter.push({ id, place: content.place });
      return;
    }
    this.#waiting.delete(id);
    this.#pairs++;
    const difference = recordDifference(counterpart, content, this.#rules);
    if (difference) this.#differences.push({ id, before: counterpart.place, after: content.place, ...difference });
  }

  result(): ComparisonResult {
    const onlyBefore = [...this.#waiting].map(([id, { place }]) => ({ id, place }));
    const differing = this.#differences.length;
    return {
      count: {
        pairs: this.#pairs,
        equal: this.#pairs - differing,
        differing,
        onlyBefore: onlyBefore.length,
        onlyAfter: this.#onlyAfter.length,
        repeats: this.#before.repeats + this.#after.repeats,
      },
      differences: this.#differences,
      onlyBefore,
      onlyAfter: this.#onlyAfter,
    };
  }
}

/** Names the records of one topic: several of one name are told apart by their order. */
class Side {
  readonly #by: PairBy;
  readonly #ids = new Set<string>();
  readonly #named = new Map<string, number>();
  repeats = 0;

  constructor(by: PairBy) {
    this.#by = by;
  }

  /** Null for a repeat. */
  idOf(record: ConsumerRecord): string | null {
    const id = headerText(record.headers, 'ce_id');
    if (id !== undefined) {
      if (this.#ids.has(id)) {
        this.repeats++;
        return null;
      }
      this.#ids.add(id);
    }
    const name = nameOf(record, this.#by);
    const nth = (this.#named.get(name) ?? 0) + 1;
    this.#named.set(name, nth);
    return nth === 1 ? name : `${name} #${nth}`;
  }
}

function nameOf(record: ConsumerRecord, by: PairBy): string {
  const frame = by === 'auto' || by === 'frame' ? metaOf(record)?.frame.id : undefined;
  if (frame !== undefined) return `frame ${frame}`;
  const id = by === 'auto' || by === 'ce_id' ? headerText(record.headers, 'ce_id') : undefined;
  if (id !== undefined) return id;
  const { key, partition } = record;
  return key === null ? `without key in partition ${partition}` : `key ${readable(key)}`;
}
