import type { TopicPartition } from '../ports/consumer.ts';
import type { PartitionPiece } from '../ports/partition-reader.ts';
import type { ConsumerRecord, ProducerRecord } from '../ports/record.ts';
import { fetchedRecord, storedRecord } from './stored-record.ts';

/** Entries before the first one that is kept are removed when there are so many of them. */
const REMOVED_TOGETHER = 1024;

/** A record and what it takes in a batch of its own. */
export interface SizedRecord {
  readonly record: ProducerRecord;
  readonly bytes: number;
}

/** What decides whether records of a transaction are seen. */
export interface TransactionFate {
  readonly state: 'open' | 'committed' | 'aborted';
}

interface Entry {
  readonly offset: bigint;
  readonly bytes: number;
  /** Null for a transaction marker. */
  readonly record: ConsumerRecord | null;
  readonly fate: TransactionFate | null;
}

/**
 * The log of one partition. Offsets ascend; markers take an offset as Kafka's do; what is after the first record of an
 * open transaction is not read yet.
 */
export class PartitionLog {
  readonly partition: TopicPartition;
  readonly #watchers = new Set<() => void>();
  /** First offset of each transaction that is open here. */
  readonly #open = new Map<TransactionFate, bigint>();
  #entries: Entry[] = [];
  #head = 0;
  #low = 0n;
  #end = 0n;
  #bytes = 0;

  constructor(partition: TopicPartition) {
    this.partition = partition;
  }

  /** First offset there is. */
  get low(): bigint {
    return this.#low;
  }

  /** Offset of the next entry. */
  get end(): bigint {
    return this.#end;
  }

  /** Up to where transactions are decided. */
  get stableEnd(): bigint {
    let end = this.#end;
    for (const first of this.#open.values()) if (first < end) end = first;
    return end;
  }

  /** Offset of the first one. */
  append(records: readonly SizedRecord[], fate: TransactionFate | null = null): bigint {
    const first = this.#end;
    if (fate && !this.#open.has(fate)) this.#open.set(fate, first);
    for (const { record, bytes } of records) {
      const offset = this.#end;
      this.#push({ offset, bytes, record: storedRecord(record, { ...this.partition, offset }), fate });
    }
    if (!fate) this.#tell();
    return first;
  }

  /** Ends a transaction here. */
  mark(fate: TransactionFate): void {
    if (!this.#open.delete(fate)) return;
    this.#push({ offset: this.#end, bytes: 0, record: null, fate });
    this.#tell();
  }

  /**
   * Records that are decided, from an offset on, as many as have room and at least one. What follows them and is no record
   * is stepped over. Null where nothing is decided there.
   */
  read(from: bigint, { maxBytes, to = this.stableEnd }: { maxBytes: number; to?: bigint }): PartitionPiece | null {
    const end = to < this.stableEnd ? to : this.stableEnd;
    if (from >= end) return null;
    const records: ConsumerRecord[] = [];
    let bytes = 0;
    for (let at = this.#indexOf(from); at < this.#entries.length; at++) {
      const entry = this.#entries[at];
      if (!entry || entry.offset >= end) break;
      if (!entry.record || entry.fate?.state === 'aborted') continue;
      bytes += entry.bytes;
      if (records.length > 0 && bytes > maxBytes) return { records, nextOffset: entry.offset };
      records.push(fetchedRecord(entry.record));
    }
    return { records, nextOffset: end };
  }

  /** Bytes of what {@link read} would give, counted up to a limit. */
  bytesFrom(from: bigint, limit: number): number {
    const end = this.stableEnd;
    let bytes = 0;
    for (let at = this.#indexOf(from); at < this.#entries.length && bytes < limit; at++) {
      const entry = this.#entries[at];
      if (!entry || entry.offset >= end) break;
      if (entry.record && entry.fate?.state !== 'aborted') bytes += entry.bytes;
    }
    return bytes;
  }

  /** Offset of the first record that is not older than a time, or the end. */
  offsetAt(timestampMs: number): bigint {
    const end = this.stableEnd;
    for (let at = this.#head; at < this.#entries.length; at++) {
      const entry = this.#entries[at];
      if (!entry || entry.offset >= end) break;
      if (entry.record && entry.record.timestampMs >= timestampMs) return entry.offset;
    }
    return end;
  }

  deleteBefore(offset: bigint): void {
    const low = offset < this.#end ? offset : this.#end;
    if (low <= this.#low) return;
    this.#low = low;
    for (let entry = this.#entries[this.#head]; entry && entry.offset < low; entry = this.#entries[this.#head]) {
      this.#bytes -= entry.bytes;
      this.#head++;
    }
    if (this.#head >= REMOVED_TOGETHER || this.#head === this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    this.#tell();
  }

  /** Deletes the oldest while so many bytes are left without them. */
  retain(bytes: number): void {
    if (this.#bytes <= bytes) return;
    let left = this.#bytes;
    let at = this.#head;
    for (let entry = this.#entries[at]; entry && left - entry.bytes >= bytes; entry = this.#entries[++at])
      left -= entry.bytes;
    const first = this.#entries[at];
    if (first) this.deleteBefore(first.offset < this.stableEnd ? first.offset : this.stableEnd);
  }

  /** Keeps the last record of each key, of what is decided. */
  compact(): void {
    const end = this.stableEnd;
    const last = new Map<string, bigint>();
    const isDecided = ({ offset, fate }: Entry): boolean => offset < end && fate?.state !== 'aborted';
    for (const entry of this.#entries)
      if (entry.record?.key && isDecided(entry)) last.set(entry.record.key.toString('latin1'), entry.offset);
    this.#entries = this.#entries.filter((entry) => {
      const key = entry.record?.key;
      return entry.offset >= end || (key && last.get(key.toString('latin1')) === entry.offset);
    });
    this.#head = 0;
    this.#bytes = this.#entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Calls back whenever there may be more to read, or less. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  #push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    this.#end = entry.offset + 1n;
  }

  #tell(): void {
    for (const changed of this.#watchers) changed();
  }

  /** Index of the first entry at an offset or after it. */
  #indexOf(offset: bigint): number {
    let low = this.#head;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.offset ?? offset) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
