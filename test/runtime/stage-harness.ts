import { expect } from 'vitest';
import type { BatchContext, Consumer, ConsumerOptions } from '../../pipeline/ports/consumer.ts';
import type { Logger } from '../../pipeline/ports/logger.ts';
import type { Processor } from '../../pipeline/ports/processor.ts';
import type { Producer } from '../../pipeline/ports/producer.ts';
import type { ConsumerRecord, ProducerRecord } from '../../pipeline/ports/record.ts';
import { WorkerMetrics } from '../../pipeline/metrics/worker-metrics.ts';
import { countersOf, type Counters } from '../../pipeline/metrics/snapshot.ts';
import { StageWorker } from '../../pipeline/runtime/stage-worker.ts';
import { systemClock } from '../../pipeline/runtime/system-clock.ts';
import type { StagePlan } from '../../pipeline/topology/plan.ts';
import { stagePlan } from './stage-plan.ts';

const quiet = (): void => undefined;
export const silentLog: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** A stage worker on an in-memory transport: batches are put in by hand, sends and commits are kept in order. */
export interface StageHarness {
  readonly sent: ProducerRecord[];
  /** Everything that reached Kafka, in order: `send <n>` and `commit <offset>`. */
  readonly journal: string[];
  put(records: readonly ConsumerRecord[], options?: { highWatermark?: bigint; signal?: AbortSignal }): Promise<void>;
  counters(): Promise<Counters>;
  stop(): Promise<void>;
}

interface HarnessParts {
  readonly processor: Processor;
  readonly plan?: Partial<StagePlan>;
  /** Called before each send; throwing fails it. */
  readonly onSend?: (records: readonly ProducerRecord[]) => void;
}

export function stageHarness({ processor, plan = {}, onSend }: HarnessParts): StageHarness {
  const sent: ProducerRecord[] = [];
  const journal: string[] = [];
  const epoch = new AbortController();
  let options: ConsumerOptions | undefined;
  const metrics = new WorkerMetrics({ topology: 't', kind: 'stage', name: 'work', worker: 'work-0' });
  const worker = new StageWorker({
    plan: stagePlan(plan),
    worker: 'work-0',
    processor,
    createConsumer: (given) => {
      options = given;
      return idleConsumer;
    },
    producer: memoryProducer(sent, journal, onSend),
    deadLetterMaxBytes: 1024 * 1024,
    clock: systemClock,
    log: silentLog,
    metrics,
  });
  return {
    sent,
    journal,
    put: async (records, { highWatermark, signal = epoch.signal } = {}) => {
      const nextOffset = (records.at(-1)?.offset ?? 0n) + 1n;
      const context: BatchContext = {
        signal,
        commit: async (offset) => void journal.push(`commit ${offset}`),
        commitSoon: (offset) => void journal.push(`commit ${offset}`),
        confirm: async () => true,
        holds: () => true,
        committed: async () => 0n,
        backlogOf: async () => 0n,
        rewind: (offset) => void journal.push(`rewind ${offset}`),
        advance: (offset) => void journal.push(`advance ${offset}`),
      };
      const fetchedOffset = records[0]?.offset ?? 0n;
      const batch = {
        topic: 'in',
        partition: 0,
        records,
        fetchedOffset,
        nextOffset,
        highWatermark: highWatermark ?? nextOffset,
      };
      await options?.onBatch(batch, context);
    },
    stop: () => worker.stop(),
    counters: async () => countersOf(await metrics.snapshot()),
  };
}

const idleConsumer: Consumer = {
  start: async () => undefined,
  stop: async () => undefined,
  done: new Promise(() => undefined),
};

function memoryProducer(sent: ProducerRecord[], journal: string[], onSend?: HarnessParts['onSend']): Producer {
  return {
    send: async (records) => {
      onSend?.(records);
      sent.push(...records);
      journal.push(`send ${records.length}`);
      return new Map();
    },
    partitionFor: async () => 0,
    partitionsOf: async () => 1,
    transactional: () => expect.fail('no transaction is wanted'),
    close: async () => undefined,
  };
}
