import { dirname } from 'node:path';
import { compileExpression } from '../expression/expression.ts';
import { createKafka, type Kafka } from '../kafka/index.ts';
import { WorkerMetrics } from '../metrics/worker-metrics.ts';
import type { Clock } from '../ports/clock.ts';
import type { ConsumerOptions, LogPlace } from '../ports/consumer.ts';
import type { Logger } from '../ports/logger.ts';
import type { Producer } from '../ports/producer.ts';
import type { SinkDefinition } from '../ports/sink.ts';
import { loadDefinition } from '../registry/load.ts';
import { processorWithSecrets, sinkWithSecrets, sourceWithSecrets } from '../secrets/with-secrets.ts';
import type { Plan, SourcePlan, TapPlan } from '../topology/plan.ts';
import { assembleStage } from './assemble-stage.ts';
import { AttemptLedger } from './attempts/attempt-ledger.ts';
import { attemptsFolder } from './attempts/worker-deaths.ts';
import { workerName, type Role, type WorkerOrder } from './messages.ts';
import { withPositions, withoutPositions, type SourceDelivery } from './source-delivery.ts';
import { SourceWorker } from './source-worker.ts';
import type { StateEntry, StateQuery } from './state-reading.ts';
import { systemClock } from './system-clock.ts';
import { TapWorker } from './tap-worker.ts';
import { groupsDownstream, type GroupInput } from './under-way.ts';
import { planOf } from './plan-of.ts';
import { easeCollection } from './worker-memory.ts';

/** A running part of the topology. */
export interface Worker {
  /** Resolves when it takes part: its group has been joined, or its source begins. */
  start(): Promise<void>;
  /** Resolves when it has ended by itself or after `stop`; rejects when it cannot go on. */
  readonly done: Promise<void>;
  /** Stops polling, finishes what is under way, commits and leaves. */
  stop(): Promise<void>;
  readonly metrics: WorkerMetrics;
  /** Takes other groups for those that hold a source back. */
  feedBack?(downstream: readonly GroupInput[]): void;
  /** Entries of a store of a stage. @throws FatalError STORE_UNKNOWN */
  readState?(store: string, query: StateQuery): Promise<readonly StateEntry[]>;
}

/** What a worker tells the outside. */
export interface WorkerHooks {
  readonly log: Logger;
  readonly signal: AbortSignal;
  onAssigned: NonNullable<ConsumerOptions['onAssigned']>;
  readonly announce: (address: string) => void;
}

/** Builds the worker an order asks for: the one place where implementations are chosen. */
export async function assembleWorker(order: WorkerOrder, hooks: WorkerHooks): Promise<Worker> {
  easeCollection();
  const { plan, role, connection } = order;
  const kafka = createKafka(connection, { log: hooks.log, clientId: `tapline-${plan.name}-${workerName(role)}` });
  return assemble({ plan, role, kafka, hooks }, { outlivesCrashes: true });
}

/** What a worker of a process that it shares with others stands on. */
export interface WorkerSetting {
  readonly plan: Plan;
  readonly role: Role;
  readonly kafka: Kafka;
  readonly hooks: WorkerHooks;
}

/** Builds a worker on any transport. A crash of its process is the end of all, so that it remembers none. */
export function assembleWorkerOn(setting: WorkerSetting): Promise<Worker> {
  return assemble(setting, { outlivesCrashes: false });
}

function assemble(setting: WorkerSetting, { outlivesCrashes }: Pick<CommonParts, 'outlivesCrashes'>): Promise<Worker> {
  const { plan, role } = setting;
  const parts: CommonParts = { ...setting, outlivesCrashes, clock: systemClock, baseDirectory: dirname(plan.file) };
  if (role.kind === 'source') return assembleSource(parts);
  if (role.kind === 'stage') return assembleStageOf(parts);
  return assembleTap(parts);
}

function metricsOf(plan: Plan, role: Role): WorkerMetrics {
  return new WorkerMetrics({ topology: plan.name, kind: role.kind, name: role.name, worker: workerName(role) });
}

interface CommonParts extends WorkerSetting {
  readonly clock: Clock;
  /** Whether somebody starts it again after its process has crashed. */
  readonly outlivesCrashes: boolean;
  readonly baseDirectory: string;
}

async function assembleSource({ plan, role, kafka, clock, hooks, baseDirectory }: CommonParts): Promise<Worker> {
  const metrics = metricsOf(plan, role);
  const source = planOf(plan.sources, role);
  const producer = kafka.producer();
  const downstream = [...groupsDownstream(source.to, plan)];
  const worker = new SourceWorker({
    plan: source,
    topology: plan.name,
    definition: sourceWithSecrets(await loadDefinition('source', source.type), source),
    delivery: sourceDelivery(source, producer, { kafka, clock }),
    producer,
    admin: kafka.admin(),
    downstream,
    deadLetterMaxBytes: maxBytesOf(plan, source.deadLetterTopic),
    baseDirectory,
    clock,
    log: hooks.log,
    metrics,
    announce: hooks.announce,
  });
  return {
    metrics,
    start: async () => undefined,
    get done() {
      return worker.run();
    },
    stop: () => worker.stop(),
    feedBack: (groups) => void downstream.splice(0, Infinity, ...groups), // whoever asks for lags has this very list
  };
}

function sourceDelivery(
  { positions }: SourcePlan,
  producer: Producer,
  { kafka, clock }: Pick<CommonParts, 'kafka' | 'clock'>,
): SourceDelivery {
  if (!positions) return withoutPositions(producer);
  return withPositions({
    topic: positions.topic,
    producer: producer.transactional(positions.transactionalId),
    reader: kafka.partitionReader(),
    nowMs: () => clock.nowMs(),
  });
}

async function assembleStageOf({ plan, role, kafka, clock, hooks, outlivesCrashes }: CommonParts): Promise<Worker> {
  const ofRole = planOf(plan.stages, role);
  return assembleStage(plan, role, {
    kafka,
    clock,
    log: hooks.log,
    definition: processorWithSecrets(await loadDefinition('processor', ofRole.process), ofRole),
    ...(outlivesCrashes && {
      attempts: (stage) => {
        const folder = attemptsFolder(plan.name, stage.name);
        return new AttemptLedger({ plan: stage, folder, worker: workerName(role), log: hooks.log });
      },
    }),
    onAssigned: hooks.onAssigned,
  });
}

async function assembleTap({ plan, role, kafka, clock, hooks, baseDirectory }: CommonParts): Promise<Worker> {
  const metrics = metricsOf(plan, role);
  const tap = planOf(plan.taps, role);
  const definition = sinkWithSecrets(await loadDefinition('sink', tap.sink), tap);
  const producer = kafka.producer();
  const sink = await definition.create(tap.options, {
    name: tap.name,
    group: tap.group,
    topic: tap.on,
    log: hooks.log,
    clock,
    signal: hooks.signal,
    baseDirectory,
    openReader: kafka.openReader,
    send: async (records) => {
      await producer.send(records);
    },
    partitionsOf: (topic) => producer.partitionsOf(topic),
    announce: hooks.announce,
  });
  const worker = new TapWorker({
    plan: tap,
    sink,
    resetTo: tapBeginning(definition, tap, clock.nowMs()),
    where: tap.where === null ? null : compileExpression(tap.where),
    select: tap.select === null ? null : compileExpression(tap.select),
    createConsumer: (options) => kafka.consumer(options),
    producer,
    deadLetterMaxBytes: maxBytesOf(plan, tap.deadLetterTopic),
    clock,
    log: hooks.log,
    metrics,
    onAssigned: hooks.onAssigned,
  });
  return Object.assign(worker, { metrics });
}

function tapBeginning(definition: SinkDefinition, { mode, options }: TapPlan, nowMs: number): LogPlace | null {
  if (mode === 'durable') return null;
  return mode === 'live' ? 'latest' : (definition.begins?.(options, nowMs) ?? 'earliest');
}

function maxBytesOf({ topics }: Plan, name: string): number {
  return planOf(topics, { name }).maxMessageBytes;
}
