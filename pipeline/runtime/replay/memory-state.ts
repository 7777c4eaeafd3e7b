import type { StoreSpecs } from '../../ports/processor.ts';
import type { ProducerRecord } from '../../ports/record.ts';
import type { KeyValueStore, WindowStore } from '../../ports/store.ts';
import { MemoryByteStore } from '../../state/memory-byte-store.ts';
import { TaskStores } from '../../state/task-stores.ts';
import type { RecordState } from '../record-attempts.ts';
import type { TaskState } from '../task-state.ts';

/** State of a task that begins empty and ends with its process: no changelog hears of it. */
export class MemoryState implements TaskState {
  readonly #stores: TaskStores;

  constructor(stage: string, specs: StoreSpecs) {
    this.#stores = new TaskStores({ stage, specs, createByteStore: () => new MemoryByteStore() });
  }

  get streamTimeMs(): number {
    return this.#stores.streamTimeMs;
  }

  async restore(signal: AbortSignal): Promise<boolean> {
    return !signal.aborted;
  }

  forRecord(streamTimeMs: number): RecordState {
    this.#stores.advanceStreamTime(streamTimeMs);
    const mark = this.#stores.mark();
    return { store: (name) => this.#stores.store(name), rollback: () => this.#stores.rollback(mark) };
  }

  read(store: string): KeyValueStore | WindowStore {
    return this.#stores.store(store);
  }

  changelogRecords(): readonly ProducerRecord[] {
    return [];
  }

  accept(): void {
    this.#stores.accept();
  }

  discard(): void {
    this.#stores.discard();
  }

  close(): void {
    this.#stores.close();
  }
}
