import { addBuckets, addCounters, quantile, type Buckets, type Counters } from '../metrics/snapshot.ts';
import type { WorkerHistory } from '../metrics/worker-history.ts';
import type { WorkerProcess, WorkerState } from './worker-process.ts';

/** Figures of one source, stage or tap, summed over its workers and their restarts. */
export interface PartStatus {
  readonly name: string;
  readonly state: WorkerState | 'degraded';
  /** Worker processes that run. */
  readonly workers: number;
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly deadLetters: number;
  readonly dropped: number;
  readonly dropReasons: Counters;
  readonly skipped: number;
  readonly retries: number;
  readonly lost: number;
  readonly restarts: number;
  /** Records a second over the last seconds. */
  readonly rate: number;
  readonly processMs: Percentiles;
  /** Age of the records, from capture to done. */
  readonly ageMs: Percentiles;
  readonly rssBytes: number;
  readonly pids: readonly number[];
  readonly failure: string | null;
}

export interface Percentiles {
  readonly p50: number | null;
  readonly p99: number | null;
}

export interface GroupStatus extends PartStatus {
  readonly group: string;
  /** Records not yet committed; null while it is not known. */
  readonly lag: number | null;
  readonly partitions: readonly { readonly topic: string; readonly partition: number; readonly lag: number }[];
}

export interface TapStatus extends GroupStatus {
  readonly on: string;
  readonly address: string | null;
}

/** What `status --json` prints. */
export interface TopologyStatus {
  readonly topology: string;
  readonly file: string;
  readonly pid: number;
  readonly broker: { readonly bootstrap: string };
  readonly metrics: string | null;
  readonly sources: readonly PartStatus[];
  readonly stages: readonly GroupStatus[];
  readonly taps: readonly TapStatus[];
}

/** A worker as its figures see it. */
export type CountedWorker = Pick<WorkerProcess, 'role' | 'name' | 'state' | 'restarts' | 'pid' | 'address'> & {
  readonly failure: { readonly message: string } | null;
};

/** The same with what it has counted. */
export interface Counted {
  readonly process: CountedWorker;
  readonly history: WorkerHistory;
}

/** A worker process and what it has counted. */
export interface Observed extends Counted {
  readonly process: WorkerProcess;
  readonly history: WorkerHistory;
}

/** Sums the workers of one part of the topology. */
export function partStatus(name: string, workers: readonly Counted[]): PartStatus {
  const totals = workers.map(({ history }) => history.totals()).reduce(addCounters, {});
  const recent = workers.map(({ history }) => history.recent());
  const seconds = Math.max(0, ...recent.map((window) => window.seconds));
  const done = recent.reduce((sum, { counters }) => sum + (counters['records_in'] ?? 0), 0);
  const dropReasons = reasonsOf(totals);
  return {
    name,
    state: stateOf(workers),
    workers: workers.filter(({ process }) => process.state === 'running').length,
    recordsIn: totals['records_in'] ?? 0,
    recordsOut: totals['records_out'] ?? 0,
    deadLetters: totals['dead_letters'] ?? 0,
    dropped: Object.values(dropReasons).reduce((sum, n) => sum + n, 0),
    dropReasons,
    skipped: totals['skipped'] ?? 0,
    retries: totals['retries'] ?? 0,
    lost: totals['lost_records'] ?? 0,
    restarts: workers.reduce((sum, { process }) => sum + process.restarts, 0),
    rate: seconds > 0 ? done / seconds : 0,
    processMs: percentiles(recent.map((window) => window.processMs)),
    ageMs: percentiles(recent.map((window) => window.ageMs)),
    rssBytes: workers.reduce((sum, { history }) => sum + history.rssBytes, 0),
    pids: workers.flatMap(({ process }) => process.pid ?? []),
    failure: workers.map(({ process }) => process.failure?.message).find((message) => message !== undefined) ?? null,
  };
}

function percentiles(histograms: readonly Buckets[]): Percentiles {
  const buckets = histograms.reduce(addBuckets, []);
  return { p50: quantile(buckets, 0.5), p99: quantile(buckets, 0.99) };
}

function reasonsOf(totals: Counters): Counters {
  const prefix = 'dropped.';
  const entries = Object.entries(totals).filter(([name, n]) => name.startsWith(prefix) && n > 0);
  return Object.fromEntries(entries.map(([name, n]) => [name.slice(prefix.length), n]));
}

/** The state all workers share; `degraded` where they differ and some run. */
function stateOf(workers: readonly Counted[]): PartStatus['state'] {
  const states = new Set(workers.map(({ process }) => process.state));
  const [only] = states;
  if (states.size === 1 && only) return only;
  return states.has('running') ? 'degraded' : 'starting';
}
