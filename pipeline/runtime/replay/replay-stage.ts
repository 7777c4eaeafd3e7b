import { dirname } from 'node:path';
import { countersOf } from '../../metrics/snapshot.ts';
import { WorkerMetrics } from '../../metrics/worker-metrics.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Producer } from '../../ports/producer.ts';
import { loadDefinition } from '../../registry/load.ts';
import type { Plan, StagePlan } from '../../topology/plan.ts';
import { processorWithSecrets } from '../../secrets/with-secrets.ts';
import { planOf } from '../plan-of.ts';
import { StageWorker } from '../stage-worker.ts';
import { systemClock } from '../system-clock.ts';
import { easeCollection } from '../worker-memory.ts';
import { MemoryState } from './memory-state.ts';
import { RangeConsumer, type RangesToRead } from './range-consumer.ts';
import type { RangeProgress } from './range-input.ts';

/** What a replay runs. */
export interface ReplayOrder {
  readonly plan: Plan;
  readonly stage: StagePlan;
  /** Topic for all that the stage writes. */
  readonly into: string;
  readonly input: RangesToRead;
  readonly producer: Producer;
  readonly log: Logger;
}

/** What a replay has done so far. */
export interface ReplayCount {
  readonly read: number;
  readonly written: number;
  readonly deadLetters: number;
  readonly skipped: number;
}

/** A stage that works through old input, once. */
export interface StageReplay {
  /** What of its processor makes a replay differ from what was, one sentence each. */
  readonly caveats: readonly string[];
  /** Processes all of it, or as much as there is time for until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
  count(): Promise<ReplayCount>;
  readonly progress: readonly RangeProgress[];
}

/** Dead letters of a replay: never those of the live stage. */
export const replayDeadLettersOf = (into: string): string => `${into}.dlq`;

/**
 * The stage as a replay runs it: all outputs into one topic, nothing skipped for freshness, nothing that the live stage
 * would notice. The names of the stage and its group stay, and with them the ids of its outputs.
 */
export function replayPlan(stage: StagePlan, into: string): StagePlan {
  return {
    ...stage,
    to: Object.fromEntries(Object.keys(stage.to).map((output) => [output, into])),
    guarantee: 'at-least-once',
    state: 'memory',
    changelogs: {},
    delivery: 'every',
    maxAgeMs: null,
    maxIdleMs: 0,
    deadLetterTopic: replayDeadLettersOf(into),
  };
}

/** Prepares the replay of a stage: the worker that runs it live, on another consumer. */
export async function prepareReplay({ plan, stage, into, input, producer, log }: ReplayOrder): Promise<StageReplay> {
  easeCollection();
  const definition = processorWithSecrets(await loadDefinition('processor', stage.process), stage);
  const setup = { stage: stage.name, log, baseDirectory: dirname(plan.file) };
  const processor = await definition.create(stage.options, setup);
  const specs = definition.stores?.(stage.options) ?? {};
  const worker = `${stage.name}-replay`;
  const metrics = new WorkerMetrics({ topology: plan.name, kind: 'stage', name: stage.name, worker });
  let consumer: RangeConsumer | undefined;
  const stageWorker = new StageWorker({
    plan: replayPlan(stage, into),
    worker,
    processor,
    createConsumer: (options) => (consumer = new RangeConsumer(input, options)),
    producer,
    ...(Object.keys(specs).length > 0 && { createState: () => new MemoryState(stage.name, specs) }),
    deadLetterMaxBytes: planOf(plan.topics, { name: stage.deadLetterTopic }).maxMessageBytes,
    clock: systemClock,
    log,
    metrics,
  });
  const progress = (): readonly RangeProgress[] => consumer?.progress ?? [];
  return {
    caveats: caveatsOf(Object.keys(specs), processor.schedule?.some(({ on }) => on === 'wallClockTime') === true),
    run: (signal) => runToEnd(stageWorker, signal),
    count: async () => {
      const counters = countersOf(await metrics.snapshot());
      const { records_out: written = 0, dead_letters: deadLetters = 0, skipped = 0 } = counters;
      const read = progress().reduce((sum, { records }) => sum + records, 0);
      return { read, written, deadLetters, skipped };
    },
    get progress() {
      return progress();
    },
  };
}

async function runToEnd(worker: StageWorker, signal: AbortSignal): Promise<void> {
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  try {
    await worker.start();
    await Promise.race([worker.done, stopped]);
  } finally {
    await worker.stop();
  }
}

function caveatsOf(stores: readonly string[], hasWallClock: boolean): readonly string[] {
  const caveats: string[] = [];
  if (stores.length > 0)
    caveats.push(
      `its state (${stores.join(', ')}) begins empty, so outputs that depend on what came before the first record differ`,
    );
  if (hasWallClock) caveats.push('it also works by the clock of the wall, which is the clock of now');
  return caveats;
}
