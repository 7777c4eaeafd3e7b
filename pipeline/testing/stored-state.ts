import type { MemoryBroker, MemoryKafka } from '../memory/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { ProcessorDefinition } from '../ports/processor.ts';
import { ChangelogState } from '../runtime/changelog-state.ts';
import { byTimeAndKey, readEntries, type StateEntry, type StateQuery } from '../runtime/state-reading.ts';
import { MemoryByteStore } from '../state/memory-byte-store.ts';
import { TaskStores } from '../state/task-stores.ts';
import type { StagePlan } from '../topology/plan.ts';

export interface StoredStateParts {
  readonly stage: StagePlan;
  readonly store: string;
  readonly definition: ProcessorDefinition;
  readonly broker: MemoryBroker;
  readonly kafka: Pick<MemoryKafka, 'partitionReader' | 'producer'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A store of a stage as its changelog has it: what a worker that takes the tasks over now would begin with. */
export class StoredState {
  readonly #parts: StoredStateParts;

  constructor(parts: StoredStateParts) {
    this.#parts = parts;
  }

  /** The value of a key; undefined where there is none. Of a window store the newest, or that of the window given. */
  async get(key: string, { windowStartMs }: { readonly windowStartMs?: number } = {}): Promise<unknown> {
    const found = await this.#read({ key, limit: Infinity });
    const meant = windowStartMs === undefined ? found : found.filter(({ startMs }) => startMs === windowStartMs);
    return meant.at(-1)?.value;
  }

  /** All entries of all tasks; those of a window store by time, others by key. */
  entries(): Promise<readonly StateEntry[]> {
    return this.#read({ limit: Infinity });
  }

  async #read(query: StateQuery): Promise<readonly StateEntry[]> {
    const { broker, stage, store } = this.#parts;
    const { logs } = broker.topics.of(stage.changelogs[store] ?? '');
    const tasks = await Promise.all(logs.map((_, partition) => this.#readTask(partition, query)));
    return tasks.flat().sort(byTimeAndKey);
  }

  async #readTask(partition: number, query: StateQuery): Promise<readonly StateEntry[]> {
    const { stage, store, definition, kafka, clock, log } = this.#parts;
    const state = new ChangelogState({
      task: `${stage.name}-0_${partition}`,
      partition,
      changelogs: stage.changelogs,
      stores: new TaskStores({
        stage: stage.name,
        specs: definition.stores?.(stage.options) ?? {},
        createByteStore: () => new MemoryByteStore(),
      }),
      reader: kafka.partitionReader(),
      producer: kafka.producer(),
      clock,
      log,
    });
    try {
      await state.restore(new AbortController().signal);
      return readEntries(state.read(store), query).map((entry) => ({ partition, ...entry }));
    } finally {
      state.close();
    }
  }
}
