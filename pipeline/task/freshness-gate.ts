import { readFrameMeta } from '../frame/frame.ts';
import type { FrameMeta } from '../frame/frame-meta.ts';
import type { PartitionBatch } from '../ports/consumer.ts';
import type { ConsumerRecord } from '../ports/record.ts';
import { wasRedriven } from './redrive.ts';
import { addDrop, withDrops, type DropCount, type DropReason } from './drop-count.ts';

/** A record that came through the gate; `record` carries the drops before it, `original` is as it was read. */
export interface Admitted {
  readonly record: ConsumerRecord;
  readonly original: ConsumerRecord;
  readonly drops: DropCount;
}

export type GateDecision =
  /** More is waiting in the partition: advance past this batch without committing and offer the next one. */
  | { readonly state: 'lookAhead'; readonly dropped: DropCount }
  /** Process these, then commit up to `nextOffset`. */
  | {
      readonly state: 'admit';
      readonly admitted: readonly Admitted[];
      readonly dropped: DropCount;
      readonly nextOffset: bigint;
    };

interface Candidate {
  readonly record: ConsumerRecord;
  readonly meta: FrameMeta | null;
}

/**
 * `delivery: latest` for one partition: reads to the end of the partition by headers alone and keeps the newest record
 * of each source, however old; the others are dropped (STALE where older than `maxAgeMs`, else SUPERSEDED). Frames of
 * files, records whose metadata cannot be read, and those that were brought back are never dropped.
 *
 * Look-ahead ends at the high watermark seen when it began, so a fast producer cannot keep it reading for ever.
 */
export class FreshnessGate {
  readonly #maxAgeMs: number | null;
  #newest = new Map<string, Candidate>();
  #exempt: Candidate[] = [];
  #drops = new Map<string, DropCount>();
  #target: bigint | null = null;
  readonly #seen = new Map<string, { readonly sessionId: string; readonly seq: number }>();

  constructor(maxAgeMs: number | null) {
    this.#maxAgeMs = maxAgeMs;
  }

  /** Takes the next batch of the partition and decides. */
  offer(batch: PartitionBatch, nowMs: number): GateDecision {
    this.#target ??= batch.highWatermark;
    let dropped: DropCount = {};
    for (const record of batch.records) dropped = this.#take(record, nowMs, dropped);
    if (batch.nextOffset < this.#target && this.#exempt.length === 0) {
      this.#detachFromFetch();
      return { state: 'lookAhead', dropped };
    }
    return { state: 'admit', admitted: this.#release(), dropped, nextOffset: batch.nextOffset };
  }

  #take(record: ConsumerRecord, nowMs: number, dropped: DropCount): DropCount {
    const meta = readableMeta(record);
    const isFrame = record.headers['frame-meta'] !== undefined;
    if (isFrame && (meta === null || meta.frame.kind === 'file' || wasRedriven(record))) {
      this.#exempt.push({ record, meta });
      return dropped;
    }
    if (meta && this.#isRepeat(meta.frame)) return dropped;
    const source = meta?.frame.sourceId ?? record.key?.toString('base64') ?? '';
    const superseded = this.#newest.get(source);
    this.#newest.delete(source);
    this.#newest.set(source, { record, meta });
    if (!superseded) return dropped;
    const reason = this.#reasonFor(superseded, nowMs);
    this.#drops.set(source, addDrop(this.#drops.get(source) ?? {}, reason, superseded.meta?.dropped));
    return addDrop(dropped, reason, undefined);
  }

  /** A lost acknowledgement makes a producer write twice: what was seen already is neither newer nor one more drop. */
  #isRepeat({ sourceId, sessionId, seq }: FrameMeta['frame']): boolean {
    const seen = this.#seen.get(sourceId);
    if (seen?.sessionId === sessionId && seq <= seen.seq) return true;
    this.#seen.set(sourceId, { sessionId, seq });
    return false;
  }

  #reasonFor({ record, meta }: Candidate, nowMs: number): DropReason {
    const capturedMs = meta ? meta.frame.captureTimeUs / 1000 : record.timestampMs;
    return this.#maxAgeMs !== null && nowMs - capturedMs > this.#maxAgeMs ? 'STALE' : 'SUPERSEDED';
  }

  #release(): Admitted[] {
    const admitted = [...this.#exempt, ...this.#newest.values()]
      .sort((a, b) => (a.record.offset < b.record.offset ? -1 : 1))
      .map((candidate) => this.#admit(candidate));
    this.#newest = new Map();
    this.#exempt = [];
    this.#drops = new Map();
    this.#target = null;
    return admitted;
  }

  #admit({ record, meta }: Candidate): Admitted {
    const drops = meta ? this.#drops.get(meta.frame.sourceId) : undefined;
    if (!meta || !drops || meta.frame.kind === 'file') return { record, original: record, drops: {} };
    const headers = { ...record.headers, 'frame-meta': JSON.stringify(withDrops(meta, drops)) };
    return { record: { ...record, headers }, original: record, drops };
  }

  /** Buffers are slices of the fetched batch, which ends with this call: copy what is kept for the next one. */
  #detachFromFetch(): void {
    for (const [source, { record, meta }] of this.#newest) {
      const { key, value } = record;
      this.#newest.set(source, {
        record: { ...record, key: key && Buffer.from(key), value: value && Buffer.from(value) },
        meta,
      });
    }
  }
}

function readableMeta(record: ConsumerRecord): FrameMeta | null {
  if (record.headers['frame-meta'] === undefined) return null;
  try {
    return readFrameMeta(record.headers);
  } catch {
    return null; // the processor will meet the same fault and send the record to the dead letters with its reason
  }
}
