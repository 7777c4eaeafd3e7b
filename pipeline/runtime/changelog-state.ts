import { randomUUID } from 'node:crypto';
import type { PartitionReader, PartitionReading } from '../ports/partition-reader.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Producer, Written } from '../ports/producer.ts';
import type { ConsumerRecord, ProducerRecord } from '../ports/record.ts';
import type { Change, Checkpoint, KeyValueStore, WindowStore } from '../ports/store.ts';
import type { TaskStores } from '../state/task-stores.ts';
import type { RecordState } from './record-attempts.ts';
import { RestoreProgress } from './restore-progress.ts';
import type { TaskState } from './task-state.ts';

/** Key of the first record of a changelog, whose value tells it from another one of the same name. */
export const IDENTITY_KEY = Buffer.from('\0tapline.changelog');

export interface ChangelogStateParts {
  readonly task: string;
  readonly partition: number;
  /** Changelog topic of each store. */
  readonly changelogs: Readonly<Record<string, string>>;
  readonly stores: TaskStores;
  readonly reader: PartitionReader;
  readonly producer: Pick<Producer, 'send'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** State of a task whose truth is in its changelogs: the stores are rebuilt from them, from their checkpoints on. */
export class ChangelogState implements TaskState {
  readonly #parts: ChangelogStateParts;
  readonly #identities = new Map<string, string>();

  constructor(parts: ChangelogStateParts) {
    this.#parts = parts;
  }

  get streamTimeMs(): number {
    return this.#parts.stores.streamTimeMs;
  }

  async restore(signal: AbortSignal): Promise<boolean> {
    const { stores, changelogs } = this.#parts;
    stores.discard();
    for (const [store, topic] of Object.entries(changelogs)) {
      await this.#restoreStore(store, topic, signal);
      if (signal.aborted) return false;
    }
    return true;
  }

  forRecord(streamTimeMs: number): RecordState {
    const { stores } = this.#parts;
    stores.advanceStreamTime(streamTimeMs);
    const mark = stores.mark();
    return { store: (name) => stores.store(name), rollback: () => stores.rollback(mark) };
  }

  read(store: string): KeyValueStore | WindowStore {
    return this.#parts.stores.store(store);
  }

  changelogRecords(): readonly ProducerRecord[] {
    const { stores, changelogs, partition, clock } = this.#parts;
    const timestampMs = clock.nowMs();
    return stores.changes().flatMap(({ store, changes }) => {
      const topic = changelogs[store] ?? '';
      return changes.map(([key, value]) => ({ topic, partition, key, value, headers: {}, timestampMs }));
    });
  }

  accept(written: Written): void {
    const { stores, changelogs, partition } = this.#parts;
    const checkpoints: Record<string, Checkpoint> = {};
    for (const [store, topic] of Object.entries(changelogs)) {
      const offset = written.get(`${topic}-${partition}`);
      const changelog = this.#identities.get(store);
      if (offset !== undefined && changelog !== undefined) checkpoints[store] = { changelog, offset };
    }
    stores.accept(checkpoints);
  }

  discard(): void {
    this.#parts.stores.discard();
  }

  close(): void {
    this.#parts.stores.close();
  }

  async #restoreStore(store: string, topic: string, signal: AbortSignal): Promise<void> {
    const { stores, task, log, clock } = this.#parts;
    const { reading, identity } = await this.#identified(topic, signal);
    this.#identities.set(store, identity);
    const from = startOf(stores.checkpoint(store), reading, identity);
    if (from === null) stores.clear(store);
    const progress = new RestoreProgress({ task, store, total: reading.end - (from ?? reading.low), clock, log });
    for await (const { records, nextOffset } of reading.batches(from ?? reading.low)) {
      stores.restore(store, changesOf(records), { changelog: identity, offset: nextOffset });
      progress.restored(records.length, reading.end - nextOffset);
    }
    progress.end();
  }

  /** The changelog from its first record on, which tells its identity; an empty one is given one. */
  async #identified(topic: string, signal: AbortSignal): Promise<{ reading: PartitionReading; identity: string }> {
    const { reader, partition, producer, clock } = this.#parts;
    for (;;) {
      const reading = await reader.open({ topic, partition }, signal);
      for await (const { records } of reading.batches()) {
        const [first] = records;
        if (first) return { reading, identity: identityOf(first) };
      }
      if (reading.end > reading.low) return { reading, identity: `from ${reading.low}` };
      const value = randomUUID();
      const record = { topic, partition, key: IDENTITY_KEY, value, headers: {}, timestampMs: clock.nowMs() };
      await producer.send([record]);
    }
  }
}

/** Where a store goes on; null where its checkpoint is of another changelog, or says more than there is. */
function startOf(checkpoint: Checkpoint | null, { low, end }: PartitionReading, identity: string): bigint | null {
  if (checkpoint?.changelog !== identity) return null;
  return checkpoint.offset >= low && checkpoint.offset <= end ? checkpoint.offset : null;
}

function identityOf({ key, value, offset }: ConsumerRecord): string {
  return key?.equals(IDENTITY_KEY) ? String(value) : `from ${offset}`;
}

function* changesOf(records: readonly ConsumerRecord[]): Iterable<Change> {
  for (const { key, value } of records) {
    if (key === null || key.equals(IDENTITY_KEY)) continue;
    yield [key, value];
  }
}
