import type { ConsumerRecord, OutputRecord, ProcessorContext, ProcessorDefinition } from '../../pipeline/index.ts';
import type { Change } from '../../pipeline/ports/store.ts';
import { MemoryByteStore } from '../../pipeline/state/memory-byte-store.ts';
import { TaskStores } from '../../pipeline/state/task-stores.ts';

/** What a test says of a record; the rest is made up. */
export interface Given {
  readonly atMs: number;
  /** Topic it is read from; default: orders. */
  readonly topic?: string;
  /** Default: one more than the record before has. */
  readonly offset?: bigint;
  readonly key?: string | null;
  readonly value?: unknown;
  /** In place of a value: what is no JSON. */
  readonly bytes?: Buffer;
  readonly headers?: ConsumerRecord['headers'];
}

/** A stateful processor as a task runs it: real stores, whose changes are recorded as a changelog records them. */
export interface StatefulRun {
  pipe(...given: readonly Given[]): Promise<readonly OutputRecord[]>;
  /** The values written so far as JSON data, without those of named outputs. */
  values(outputs: readonly OutputRecord[]): readonly unknown[];
  /** The task ends, and begins anew from what its changelogs say; with other options where some are given. */
  restart(options?: object): Promise<void>;
  readonly logged: readonly { readonly level: string; readonly fields: unknown; readonly message: string }[];
  /** How many entries all stores have, indexes included. */
  size(): number;
}

export async function statefulRun(definition: ProcessorDefinition, initial: object): Promise<StatefulRun> {
  const logged: { level: string; fields: unknown; message: string }[] = [];
  const changelogs = new Map<string, Change[]>();
  const log = loggerTo(logged);
  let task = await begin(initial);
  let offset = 0n;

  async function begin(given: object) {
    const options = definition.options.parse(given);
    const byteStores: MemoryByteStore[] = [];
    const createByteStore = (): MemoryByteStore => {
      const store = new MemoryByteStore();
      byteStores.push(store);
      return store;
    };
    const stores = new TaskStores({ stage: 'tested', specs: definition.stores?.(options) ?? {}, createByteStore });
    for (const [name, changes] of changelogs) {
      if (stores.names.includes(name)) stores.restore(name, changes, { changelog: 'a', offset: 0n });
    }
    const processor = await definition.create(options, { stage: 'tested', log, baseDirectory: import.meta.dirname });
    return { processor, stores, byteStores };
  }

  async function processOne(record: ConsumerRecord): Promise<readonly OutputRecord[]> {
    const { stores, processor } = task;
    stores.advanceStreamTime(record.timestampMs);
    const mark = stores.mark();
    const forwarded: OutputRecord[] = [];
    const context: ProcessorContext = {
      stage: 'tested',
      task: 'tested-0_1',
      store: (name) => stores.store(name) as never,
      forward: (output) => forwarded.push(output),
      streamTimeMs: stores.streamTimeMs,
      log,
      signal: new AbortController().signal,
    };
    try {
      const result = (await processor.process(record, context)) ?? [];
      forwarded.push(...(Array.isArray(result) ? (result as OutputRecord[]) : [result as OutputRecord]));
      return forwarded;
    } catch (error) {
      stores.rollback(mark);
      throw error;
    } finally {
      for (const { store, changes } of stores.changes()) {
        changelogs.set(store, [...(changelogs.get(store) ?? []), ...changes]);
      }
      stores.accept();
    }
  }

  return {
    logged,
    async pipe(...given) {
      const outputs: OutputRecord[] = [];
      for (const each of given) outputs.push(...(await processOne(recordOf(each, each.offset ?? offset++))));
      return outputs;
    },
    values: (outputs) =>
      outputs.filter(({ to }) => to === undefined).map(({ value }) => JSON.parse(String(value)) as unknown),
    async restart(options = initial) {
      task.stores.close();
      task = await begin(options);
    },
    size: () => task.byteStores.reduce((sum, store) => sum + store.size, 0),
  };
}

export function recordOf(
  { atMs, topic = 'orders', key = 'a', value = {}, bytes, headers = {} }: Given,
  offset: bigint,
): ConsumerRecord {
  return {
    topic,
    partition: 1,
    offset,
    timestampMs: atMs,
    key: key === null ? null : Buffer.from(key),
    value: bytes ?? (value === null ? null : Buffer.from(JSON.stringify(value))),
    headers,
  };
}

function loggerTo(logged: { level: string; fields: unknown; message: string }[]): ProcessorContext['log'] {
  const at =
    (level: string) =>
    (fields: unknown, message: unknown): void =>
      void logged.push({ level, fields, message: String(message) });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
