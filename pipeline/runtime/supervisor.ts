import type { Admin, Connection, PartitionLag } from '../ports/admin.ts';
import { WorkerHistory } from '../metrics/worker-history.ts';
import type { Plan } from '../topology/plan.ts';
import { messageOf } from '../errors/pipeline-error.ts';
import { workerName, type Role } from './messages.ts';
import { byTimeAndKey, storeUnknown, type StateEntry, type StateQuery } from './state-reading.ts';
import { partStatus, type GroupStatus, type Observed, type TapStatus, type TopologyStatus } from './status.ts';
import { sumOfLags, type GroupInput } from './under-way.ts';
import { WorkerProcess, type WorkerProcessEvents } from './worker-process.ts';

/** Time a worker has to drain before it is ended by force. */
export const STOP_DEADLINE_MS = 10_000;
const WATCH_EVERY_MS = 1000;
const LAG_EVERY_MS = 3000;

/** What the supervisor tells whoever shows it to people. */
export interface SupervisorEvents {
  onState(worker: WorkerProcess): void;
  onDeath: WorkerProcessEvents['onDeath'];
  onLine: WorkerProcessEvents['onLine'];
  onWarning(sentence: string): void;
}

export interface SupervisorParts {
  readonly plan: Plan;
  readonly connection: Connection;
  readonly admin: Admin;
  readonly logLevel: string;
  readonly events: SupervisorEvents;
}

/** Runs a planned topology: one child process for each stage replica, source and tap, restarted when it dies. */
export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #workers: readonly Observed[];
  #lags = new Map<string, readonly PartitionLag[]>();
  #watchedMs = Date.now();
  #timers: NodeJS.Timeout[] = [];
  #waiters: (() => void)[] = [];
  #stopped: Promise<void> | null = null;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    const { plan, connection, logLevel } = parts;
    this.#workers = rolesOf(plan).map((role) => ({
      process: new WorkerProcess({ role, plan, connection, logLevel }, this.#workerEvents()),
      history: new WorkerHistory(),
    }));
  }

  /** Starts everything; finite sources begin when all stages and taps take part, so that every tap sees every record. */
  async start(): Promise<void> {
    const { sources } = this.#parts.plan;
    const waits = new Set(sources.filter(({ endless }) => !endless).map(({ name }) => name));
    const late = this.#workers.filter(({ process }) => process.role.kind === 'source' && waits.has(process.role.name));
    for (const worker of this.#workers) if (!late.includes(worker)) worker.process.start();
    this.#timers = [
      setInterval(() => this.#watch(), WATCH_EVERY_MS),
      setInterval(() => void this.#refreshLags(), LAG_EVERY_MS),
    ];
    if (late.length === 0) return;
    await this.#until(() =>
      this.#others(late).every(({ process }) => process.state === 'running' || process.state === 'failed'),
    );
    for (const { process } of late) if (process.state === 'waiting' && !this.#stopped) process.start();
  }

  /** Resolves when every source has ended and every group has read and committed all there is; or when one has failed. */
  async untilDone(): Promise<void> {
    await this.#until(() =>
      this.#of('source').every(({ process }) => process.state === 'finished' || process.state === 'failed'),
    );
    while (!this.#stopped && !this.#hasFailedStage() && !(await this.#isDrained())) await this.#nextTick();
  }

  /** Resolves at the first stage or source that no restart can mend. */
  async untilFailed(): Promise<WorkerProcess> {
    const failed = (): WorkerProcess | undefined =>
      this.#workers.find(({ process }) => process.state === 'failed' && process.role.kind !== 'tap')?.process;
    await this.#until(() => failed() !== undefined);
    const worker = failed();
    if (!worker) throw new RangeError('no worker has failed; this is a bug, please report it');
    return worker;
  }

  /** Sources first, so that the stages can finish what is under way; then stages and taps together. */
  stop(deadlineMs = STOP_DEADLINE_MS): Promise<void> {
    this.#stopped ??= this.#stop(deadlineMs);
    return this.#stopped;
  }

  status(): Omit<TopologyStatus, 'metrics'> {
    const { plan, connection } = this.#parts;
    return {
      topology: plan.name,
      file: plan.file,
      pid: process.pid,
      broker: { bootstrap: connection.bootstrap.join(',') },
      sources: plan.sources.map(({ name }) => partStatus(name, this.#named(name))),
      stages: plan.stages.map((stage): GroupStatus => ({
        ...partStatus(stage.name, this.#named(stage.name)),
        ...this.#group(stage),
      })),
      taps: plan.taps.map((tap): TapStatus => ({
        ...partStatus(tap.name, this.#named(tap.name)),
        ...this.#group(tap),
        on: tap.on,
        address: this.#named(tap.name)[0]?.process.address ?? null,
      })),
    };
  }

  /** The same with lags asked of the broker now. */
  async freshStatus(): Promise<Omit<TopologyStatus, 'metrics'>> {
    await this.#refreshLags();
    return this.status();
  }

  /**
   * Entries of a store in all tasks of a stage that run here: those of windows by time, others by key.
   * @throws UserError STORE_UNREADABLE
   */
  async readState(stage: string, store: string, query: StateQuery): Promise<readonly StateEntry[]> {
    const stores = Object.keys(this.#parts.plan.stages.find(({ name }) => name === stage)?.changelogs ?? {});
    if (!stores.includes(store)) throw storeUnknown(this.#parts.plan, stage, store);
    const running = this.#named(stage).filter(({ process }) => process.state === 'running');
    const read = await Promise.all(running.map(({ process }) => process.readState(store, query)));
    return read.flat().sort(byTimeAndKey).slice(0, query.limit);
  }

  get workers(): readonly Observed[] {
    return this.#workers;
  }

  async #stop(deadlineMs: number): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const { process } of this.#workers) process.pardon();
    this.#notify();
    await Promise.all(this.#of('source').map(({ process }) => process.stop(deadlineMs / 2)));
    await Promise.all([...this.#of('stage'), ...this.#of('tap')].map(({ process }) => process.stop(deadlineMs)));
  }

  #workerEvents(): WorkerProcessEvents {
    const { events } = this.#parts;
    return {
      onLine: (worker, line, stream) => events.onLine(worker, line, stream),
      onState: (worker) => {
        events.onState(worker);
        this.#notify();
      },
      onHung: ({ name }, sentence) => events.onWarning(`${name} is ${sentence}; restarting it`),
      onMetrics: (worker, snapshot) => this.#historyOf(worker)?.add(snapshot, Date.now()),
      onDeath: (worker, death) => {
        this.#historyOf(worker)?.endProcess();
        void this.#leaveGroupFor(worker);
        events.onDeath(worker, death);
      },
    };
  }

  /** A killed member holds its partitions until the session time-out; leaving for it frees them at once. */
  async #leaveGroupFor(worker: WorkerProcess): Promise<void> {
    const { membership } = worker;
    worker.membership = null;
    if (!membership) return;
    try {
      await this.#parts.admin.removeMember(membership.group, membership.memberId);
    } catch (error) {
      this.#parts.events.onWarning(
        `could not leave group ${membership.group} for ${worker.name} (${messageOf(error)}); its partitions move after the session time-out`,
      );
    }
  }

  #watch(): void {
    const nowMs = Date.now();
    const slept = nowMs - this.#watchedMs > 5 * WATCH_EVERY_MS; // Ctrl-Z, a closed laptop: what the workers said is still unread
    this.#watchedMs = nowMs;
    for (const { process } of this.#workers) {
      if (slept) process.excuseSilence();
      process.endIfHung(nowMs);
    }
    this.#notify();
  }

  async #refreshLags(): Promise<void> {
    for (const input of this.#groupInputs()) {
      try {
        this.#lags.set(input.group, await this.#parts.admin.lag(input.group, input.topics));
      } catch {
        this.#lags.delete(input.group); // unknown while the broker is away, which the workers already tell
      }
    }
  }

  /** Asked in flow order, one pass of zeros proves that nothing is under way: a stage commits after its outputs are there. */
  async #isDrained(): Promise<boolean> {
    for (const input of this.#groupInputs()) {
      const lags = await this.#parts.admin.lag(input.group, input.topics);
      this.#lags.set(input.group, lags);
      if (sumOfLags(lags) > 0) return false;
    }
    return true;
  }

  #groupInputs(): GroupInput[] {
    const { stages, taps } = this.#parts.plan;
    const working = taps.filter(({ name }) => this.#named(name).some(({ process }) => process.state !== 'failed'));
    return [
      ...stages.map(({ group, from }) => ({ group, topics: from })),
      ...working.map(({ group, on }) => ({ group, topics: [on] })),
    ];
  }

  #group({ group }: { readonly group: string }): Pick<GroupStatus, 'group' | 'lag' | 'partitions'> {
    const lags = this.#lags.get(group);
    const partitions = lags?.map(({ topic, partition, lag }) => ({ topic, partition, lag: Number(lag) })) ?? [];
    return { group, lag: lags ? sumOfLags(lags) : null, partitions };
  }

  #hasFailedStage(): boolean {
    return this.#of('stage').some(({ process }) => process.state === 'failed');
  }

  #historyOf(worker: WorkerProcess): WorkerHistory | undefined {
    return this.#workers.find(({ process }) => process === worker)?.history;
  }

  #of(kind: Role['kind']): Observed[] {
    return this.#workers.filter(({ process }) => process.role.kind === kind);
  }

  #named(name: string): Observed[] {
    return this.#workers.filter(({ process }) => process.role.name === name);
  }

  #others(excluded: readonly Observed[]): Observed[] {
    return this.#workers.filter((worker) => !excluded.includes(worker));
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.#stopped) await this.#nextTick();
  }

  /** Resolves at the next change of a worker, or within a second. */
  #nextTick(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #notify(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}

function rolesOf({ sources, stages, taps }: Plan): Role[] {
  return [
    ...taps.map(({ name }): Role => ({ kind: 'tap', name, replica: 0 })),
    ...stages.flatMap(({ name, replicas }) =>
      Array.from({ length: replicas }, (_, replica): Role => ({ kind: 'stage', name, replica })),
    ),
    ...sources.map(({ name }): Role => ({ kind: 'source', name, replica: 0 })),
  ];
}

/** Names of the workers a plan starts. */
export function workerNames(plan: Plan): string[] {
  return rolesOf(plan).map(workerName);
}
