import { dirname } from 'node:path';
import type { Kafka } from '../kafka/index.ts';
import { WorkerMetrics } from '../metrics/worker-metrics.ts';
import type { Clock } from '../ports/clock.ts';
import type { ConsumerOptions } from '../ports/consumer.ts';
import type { Logger } from '../ports/logger.ts';
import type { ProcessorDefinition } from '../ports/processor.ts';
import type { Plan, StagePlan } from '../topology/plan.ts';
import { stateFactory } from './assemble-state.ts';
import type { AttemptLedger } from './attempts/attempt-ledger.ts';
import { workerName, type Role } from './messages.ts';
import { planOf } from './plan-of.ts';
import { StageWorker } from './stage-worker.ts';

/** What a worker of a stage stands on: any transport, any clock. */
export interface StageRim {
  readonly kafka: Pick<Kafka, 'consumer' | 'producer' | 'partitionReader'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly definition: ProcessorDefinition;
  /** Remembers over a crash which records were under way. */
  readonly attempts?: (stage: StagePlan) => AttemptLedger;
  readonly onAssigned?: NonNullable<ConsumerOptions['onAssigned']>;
}

/** A worker of a stage and what it counts. */
export type MeasuredStage = StageWorker & { readonly metrics: WorkerMetrics };

/** Builds a worker of a stage of the plan, with its state. */
export async function assembleStage(plan: Plan, role: Role, rim: StageRim): Promise<MeasuredStage> {
  const { kafka, clock, log, definition, onAssigned } = rim;
  const stage = planOf(plan.stages, role);
  const worker = workerName(role);
  const metrics = new WorkerMetrics({ topology: plan.name, kind: 'stage', name: stage.name, worker });
  const processor = await definition.create(stage.options, {
    stage: stage.name,
    log,
    baseDirectory: dirname(plan.file),
  });
  const producer = kafka.producer();
  const specs = definition.stores?.(stage.options) ?? {};
  const attempts = rim.attempts?.(stage);
  const stateParts = { topology: plan.name, plan: stage, specs, producer, clock, log };
  const stageWorker = new StageWorker({
    plan: stage,
    worker,
    processor,
    createConsumer: (options) => kafka.consumer(options),
    producer,
    ...(Object.keys(specs).length > 0 && {
      createState: await stateFactory({ ...stateParts, reader: kafka.partitionReader() }),
    }),
    deadLetterMaxBytes: planOf(plan.topics, { name: stage.deadLetterTopic }).maxMessageBytes,
    clock,
    log,
    metrics,
    ...(onAssigned && { onAssigned }),
    ...(attempts && { attempts }),
  });
  void stageWorker.done.catch(() => attempts?.close()); // it ends in good order, though with an error
  return Object.assign(stageWorker, { metrics });
}
