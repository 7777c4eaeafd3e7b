import type { MetricsSnapshot } from '../metrics/worker-metrics.ts';
import type { Connection } from '../ports/admin.ts';
import type { Plan } from '../topology/plan.ts';
import type { GroupInput } from './under-way.ts';
import type { StateEntry, StateQuery } from './state-reading.ts';

/** Which part of the topology a worker runs. */
export interface Role {
  readonly kind: 'source' | 'stage' | 'tap';
  readonly name: string;
  /** 0-based. */
  readonly replica: number;
}

/** `detect-1`: named in logs, metrics and the frames' trail. */
export function workerName({ name, replica }: Role): string {
  return `${name}-${replica}`;
}

/** What a worker process is told once, at its start. It carries secrets, so it travels by message and not by argument. */
export interface WorkerOrder {
  readonly role: Role;
  readonly plan: Plan;
  readonly connection: Connection;
  readonly logLevel: string;
}

/** What is asked of a store, numbered: answers come in any order. */
export interface StateRequest {
  readonly id: number;
  readonly store: string;
  readonly query: StateQuery;
}

export type ToWorker =
  | { readonly type: 'start'; readonly order: WorkerOrder }
  /** The stages after a source have changed; these are their groups now. */
  | { readonly type: 'feedBack'; readonly downstream: readonly GroupInput[] }
  | ({ readonly type: 'readState' } & StateRequest)
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'assigned'; readonly group: string; readonly memberId: string }
  | { readonly type: 'metrics'; readonly snapshot: MetricsSnapshot }
  | { readonly type: 'announce'; readonly address: string }
  | { readonly type: 'state'; readonly id: number; readonly entries: readonly StateEntry[]; readonly error?: string }
  /** A finite source has come to its end. */
  | { readonly type: 'finished' }
  /** It cannot go on; `final` when a restart cannot mend it. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly final: boolean };
