import PQueue from 'p-queue';
import type { OffsetRange } from '../../ports/admin.ts';
import type { Consumer, ConsumerOptions } from '../../ports/consumer.ts';
import { RangeInput, type InputLog, type RangeProgress } from './range-input.ts';

/** What a replay reads. */
export interface RangesToRead {
  readonly log: InputLog;
  readonly ranges: readonly OffsetRange[];
  /** At most so many records; null: all. */
  readonly limit: number | null;
}

type Options = Pick<ConsumerOptions, 'onBatch' | 'partitionsConcurrently'>;

const MOST_TASKS = 8;

/**
 * Reads fixed stretches of partitions, outside any group, as a consumer that is done at their end. The inputs of one task
 * (partition number) come together, so that they are merged as time wants it; where there is a limit, the tasks come one
 * after the other, so that it means the same records each time.
 */
export class RangeConsumer implements Consumer {
  readonly #onBatch: ConsumerOptions['onBatch'];
  readonly #tasks: PQueue;
  readonly #limit: number;
  readonly #stop = new AbortController();
  readonly #inputs: readonly RangeInput[];
  #running: Promise<void> | null = null;
  #end: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | null = null;
  readonly done = new Promise<void>((resolve, reject) => (this.#end = { resolve, reject }));

  constructor({ log, ranges, limit }: RangesToRead, { onBatch, partitionsConcurrently }: Options) {
    this.#onBatch = onBatch;
    this.#tasks = new PQueue({ concurrency: limit === null ? Math.min(partitionsConcurrently, MOST_TASKS) : 1 });
    this.#limit = limit ?? Infinity;
    this.#inputs = ranges.map((range) => new RangeInput(range, log, this.#stop.signal));
    this.done.catch(() => undefined); // whoever awaits it has the error
  }

  get progress(): readonly RangeProgress[] {
    return this.#inputs.map(({ progress }) => progress);
  }

  async start(): Promise<void> {
    this.#running ??= this.#run().then(this.#end?.resolve, this.#end?.reject);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const partitions = [...new Set(this.#inputs.map(({ range }) => range.partition))].sort((a, b) => a - b);
    const tasks = partitions.map((partition) => this.#inputs.filter(({ range }) => range.partition === partition));
    try {
      await Promise.all(tasks.map((inputs) => this.#tasks.add(() => this.#runTask(inputs))));
    } catch (error) {
      this.#stop.abort();
      await this.#tasks.onIdle();
      throw error;
    }
  }

  async #runTask(inputs: readonly RangeInput[]): Promise<void> {
    const backlogOf = async (topic: string): Promise<bigint> =>
      inputs.find(({ range }) => range.topic === topic)?.backlog ?? 0n;
    for (let left = this.#left; left > 0 && !this.#stop.signal.aborted; left = this.#left) {
      const most = Math.max(1, Math.floor(left / inputs.length));
      const batches = await Promise.all(inputs.map(async (input) => ({ input, batch: await input.next(most) })));
      const offered = batches.flatMap(({ input, batch }) => (batch ? { input, batch } : []));
      if (offered.length === 0) return;
      await Promise.all(offered.map(({ input, batch }) => this.#onBatch(batch, input.context(backlogOf))));
    }
  }

  get #left(): number {
    return this.#limit - this.#inputs.reduce((sum, { progress }) => sum + progress.records, 0);
  }
}
