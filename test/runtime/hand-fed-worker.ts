import { expect, onTestFinished } from 'vitest';
import { WorkerMetrics } from '../../pipeline/metrics/worker-metrics.ts';
import type { ManualClock } from '../../pipeline/memory/index.ts';
import type { ConsumerOptions } from '../../pipeline/ports/consumer.ts';
import type { Processor } from '../../pipeline/ports/processor.ts';
import { StageWorker } from '../../pipeline/runtime/stage-worker.ts';
import type { StagePlan } from '../../pipeline/topology/plan.ts';
import { silentLog } from '../integration/kafka/silent-log.ts';
import { MemoryTopology } from './memory-topology.ts';
import { stagePlan } from './stage-plan.ts';

/** A worker of a stage without a broker: its test hands it the batches, and sees what it sends. */
export interface HandFedWorker {
  readonly stage: StageWorker;
  /** Values, in the order in which they were sent. */
  readonly sent: readonly string[];
  readonly clock: ManualClock;
  readonly handle: ConsumerOptions['onBatch'];
}

export function handFedWorker(given: Partial<StagePlan>, processor: Processor): HandFedWorker {
  let options!: ConsumerOptions;
  const sent: string[] = [];
  const { clock } = new MemoryTopology();
  const stage = new StageWorker({
    plan: stagePlan(given),
    worker: 'work-0',
    processor,
    createConsumer: (wanted) => {
      options = wanted;
      return { start: async () => undefined, stop: async () => undefined, done: new Promise(() => undefined) };
    },
    producer: {
      send: async (records) => {
        sent.push(...records.map(({ value }) => String(value)));
        return new Map();
      },
      partitionFor: async () => 0,
      partitionsOf: async () => 1,
      transactional: () => expect.fail('no transaction is wanted'),
      close: async () => undefined,
    },
    deadLetterMaxBytes: 1024 * 1024,
    clock,
    log: silentLog,
    metrics: new WorkerMetrics({ topology: 't', kind: 'stage', name: 'work', worker: 'work-0' }),
  });
  onTestFinished(() => void stage.stop());
  return { stage, sent, clock, handle: (...args) => options.onBatch(...args) };
}
