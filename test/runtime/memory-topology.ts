import type { Processor, StoreSpecs } from '../../pipeline/ports/processor.ts';
import type { ProducerRecord } from '../../pipeline/ports/record.ts';
import { WorkerMetrics } from '../../pipeline/metrics/worker-metrics.ts';
import { ManualClock, MemoryBroker, createMemoryKafka, type MemoryKafka } from '../../pipeline/memory/index.ts';
import { stateFactory } from '../../pipeline/runtime/assemble-state.ts';
import { StageWorker } from '../../pipeline/runtime/stage-worker.ts';
import type { StagePlan, TopicPlan } from '../../pipeline/topology/plan.ts';
import { silentLog } from './stage-harness.ts';
import { stagePlan } from './stage-plan.ts';

const SLOW_RETRIES = { retries: 3, backoffMs: 1_000, then: 'deadLetter', crashes: 2, scope: 'partition' } as const;

export const EPOCH_MS = 1_700_000_000_000;

/** A stage worker that is a process of its own at the broker. */
export interface RunningStage {
  readonly worker: StageWorker;
  readonly kafka: MemoryKafka;
}

/** A broker in memory with a stage between topics `in` and `out`, on a clock that is moved by hand. */
export class MemoryTopology {
  readonly clock = new ManualClock(EPOCH_MS);
  readonly broker = new MemoryBroker({ clock: this.clock });
  readonly kafka = createMemoryKafka(this.broker, 'test');
  readonly #plan: StagePlan;
  readonly #producer = this.kafka.producer();
  #workers = 0;

  constructor(plan: Partial<StagePlan> = {}) {
    this.#plan = stagePlan({ batch: { records: 2, bytes: 1024 * 1024, lingerMs: 0 }, onError: SLOW_RETRIES, ...plan });
  }

  async createTopics(partitions = 1): Promise<void> {
    const topics = [
      ...this.#plan.from.map((name) => topicPlan(name, { partitions })),
      topicPlan('out', { partitions }),
      topicPlan('t.work.dlq'),
      ...Object.values(this.#plan.changelogs).map((name) => topicPlan(name, { partitions, holds: 'changes' })),
    ];
    await this.kafka.admin().ensureTopics(topics);
  }

  async start(processor: Processor, stores: StoreSpecs = {}): Promise<RunningStage> {
    const name = `work-${this.#workers++}`;
    const kafka = createMemoryKafka(this.broker, name);
    const producer = kafka.producer();
    const { clock } = this;
    const state = { topology: 't', plan: this.#plan, specs: stores, producer, clock, log: silentLog };
    const worker = new StageWorker({
      plan: this.#plan,
      worker: name,
      processor,
      createConsumer: (options) => kafka.consumer(options),
      producer,
      ...(Object.keys(stores).length > 0 && {
        createState: await stateFactory({ ...state, reader: kafka.partitionReader() }),
      }),
      deadLetterMaxBytes: 1024 * 1024,
      clock,
      log: silentLog,
      metrics: new WorkerMetrics({ topology: 't', kind: 'stage', name: 'work', worker: name }),
    });
    await worker.start();
    return { worker, kafka };
  }

  async send(...records: (Partial<ProducerRecord> & { value: string })[]): Promise<void> {
    const base = { topic: 'in', partition: 0, key: null, headers: {}, timestampMs: this.clock.nowMs() };
    await this.#producer.send(records.map((record) => ({ ...base, ...record })));
  }

  /** Lets everything run until it is done; what waits for the clock gets its time, as soon as nothing else can move. */
  async settle(): Promise<void> {
    while ((await this.broker.quiet()) === 'waiting') {
      const next = this.clock.nextWakeMs;
      if (next === null) await this.broker.idle();
      else this.clock.advanceTo(next);
    }
  }

  async read(topic: string, partition = 0): Promise<string[]> {
    const reading = await this.kafka.partitionReader().open({ topic, partition }, new AbortController().signal);
    const found: string[] = [];
    for await (const { records } of reading.batches()) found.push(...records.map(({ value }) => String(value)));
    return found;
  }

  async committed(): Promise<(bigint | null)[]> {
    return (await this.kafka.admin().lag(this.#plan.group, this.#plan.from)).map(({ committed }) => committed);
  }
}

function topicPlan(name: string, given: Partial<TopicPlan> = {}): TopicPlan {
  const limits = { retentionMs: -1, retentionBytes: -1, segmentBytes: 1024 ** 2, maxMessageBytes: 100_000 };
  return { name, holds: 'records', partitions: 1, explicit: [], ...limits, ...given };
}
