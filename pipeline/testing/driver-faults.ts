import { PoisonRecordError } from '../errors/pipeline-error.ts';
import type { Api, Fault } from '../memory/index.ts';
import type { StagePlan } from '../topology/plan.ts';
import type { ProcessFault } from './process-faults.ts';

/** Where a worker dies: at its next write of outputs or changes, or at its next commit of offsets. */
export type CrashPlace = 'beforeWrite' | 'afterWrite' | 'beforeCommit' | 'afterCommit';

/** What a worker asks its broker. */
export type BrokerRequest = 'write' | 'commit';

/** A broker that refuses. */
export interface BrokerErrorFault {
  /** Kafka's name of the error, such as `NOT_LEADER_FOR_PARTITION`. */
  readonly error: string;
  /** Default: write. */
  readonly on?: BrokerRequest;
  /** So many requests in a row, default 1. */
  readonly times?: number;
  /** So many requests pass first, default 0. */
  readonly after?: number;
}

/** A processor that takes long, by the clock of the test. */
export interface SlowFault {
  readonly byMs: number;
  /** Only records of this key; without it the next call, or `times` calls. */
  readonly key?: string;
  readonly times?: number;
}

/** A processor that throws. */
export interface PoisonFault {
  /** Only records of this key, at every try; without it the next call, or `times` calls. */
  readonly key?: string;
  readonly times?: number;
  /** What it throws; by default an error that no retry helps against. */
  readonly error?: Error;
  /** Throws when the work on the record is done, which is in vain then; default: before. */
  readonly afterwards?: boolean;
}

/** The names of the requests with which a stage writes and commits. */
function apiOf(request: BrokerRequest, { guarantee }: StagePlan): Api {
  if (request === 'write') return 'produce';
  return guarantee === 'exactly-once' ? 'endTxn' : 'offsetCommit';
}

/** The death of one of these workers of a stage, to come. */
export function crashFault(stage: StagePlan, clientId: readonly string[], at: CrashPlace): Fault {
  const api = apiOf(at.endsWith('Write') ? 'write' : 'commit', stage);
  return { api, clientId, does: at.startsWith('before') ? 'crash before' : 'crash after' };
}

/** An error of the broker, to come. */
export function brokerFault(
  stage: StagePlan,
  clientId: readonly string[],
  { error, on = 'write', times = 1, after = 0 }: BrokerErrorFault,
): Fault {
  return { api: apiOf(on, stage), clientId, times, after, does: { error } };
}

export function slowFault(stage: string, { byMs, key, times = 1 }: SlowFault): ProcessFault {
  return { stage, key, times, does: { slowByMs: byMs } };
}

export function poisonFault(stage: string, { key, times, error, afterwards = false }: PoisonFault): ProcessFault {
  const poisoned = new PoisonRecordError('PROCESSING_FAILED', 'poisoned by the test', { where: { stage } });
  return {
    stage,
    key,
    times: times ?? (key === undefined ? 1 : Infinity),
    does: { throws: error ?? poisoned, afterwards },
  };
}
