import type { Admin, Connection } from '../ports/admin.ts';
import type { Plan } from '../topology/plan.ts';
import { messageOf } from '../errors/pipeline-error.ts';
import { hasFailedTrial, isFailedPart, isSource, takenBack } from './apply/trial.ts';
import { changesCode, runsTheSame, withCodeOf } from './apply/worker-part.ts';
import { LagWatch } from './lag-watch.ts';
import { workerName, type Role } from './messages.ts';
import { byTimeAndKey, storeUnknown, type StateEntry, type StateQuery } from './state-reading.ts';
import type { Observed, TopologyStatus } from './status.ts';
import { topologyStatus } from './topology-status.ts';
import { groupInputsOf, groupsDownstream, type GroupInput } from './under-way.ts';
import { WorkerProcess, type WorkerProcessEvents } from './worker-process.ts';
import { WorkerSet, rolesOf } from './worker-set.ts';
import { NextChange } from './next-change.ts';

/** Time a worker has to drain before it is ended by force. */
export const STOP_DEADLINE_MS = 10_000;
const WATCH_EVERY_MS = 1000;
const LAG_EVERY_MS = 3000;
/** Time that workers have to show that they can run what they were given anew. */
const TRIAL_MS = 30_000;

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
  readonly #workers = new WorkerSet();
  readonly #lags: LagWatch;
  #plan: Plan;
  /** Workers whose failure ends nothing: it was told to whoever changed the topology, who is to change it again. */
  #onTrial: readonly Observed[] = [];
  #changing: Promise<unknown> = Promise.resolve();
  #watchedMs = Date.now();
  #timers: NodeJS.Timeout[] = [];
  readonly #change = new NextChange();
  #stopped: Promise<void> | null = null;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.#plan = parts.plan;
    this.#lags = new LagWatch(parts.admin);
    this.#workers.replace([], this.#processes(rolesOf(parts.plan), parts.plan));
  }

  /** What runs. */
  get plan(): Plan {
    return this.#plan;
  }

  /** Starts everything; finite sources begin when all stages and taps take part, so that every tap sees every record. */
  async start(): Promise<void> {
    this.#timers = [
      setInterval(() => this.#watch(), WATCH_EVERY_MS),
      setInterval(() => void this.#refreshLags(), LAG_EVERY_MS),
    ];
    await this.#start(this.#workers.all);
  }

  /** One change after the other; `work` is given what runs then. */
  inTurn<T>(work: (running: Plan) => Promise<T>): Promise<T> {
    const turn = this.#changing.then(() => work(this.#plan));
    this.#changing = turn.catch(() => undefined); // whoever awaits `turn` has the error
    return turn;
  }

  /**
   * Makes another plan of the same topology what runs. Only workers whose part differs are stopped, drained, and those of
   * the plan started when `between` is done; the others are left alone. What cannot run is taken back: then all is as
   * before. To be called in turn.
   * @throws what `between` threw; UserError CHANGE_TAKEN_BACK
   */
  async change(plan: Plan, between: () => Promise<void>): Promise<void> {
    const before = this.#plan;
    const staying = this.#workers.all.filter(({ process }) => this.#stays(process, plan));
    const leaving = this.#workers.all.filter((worker) => !staying.includes(worker));
    const entering = rolesOf(plan).filter((role) => !staying.some(({ process }) => process.name === workerName(role)));
    await this.#stopWorkers(leaving, STOP_DEADLINE_MS);
    const takeBack = async (entered: readonly Observed[]): Promise<void> => {
      await this.#stopWorkers(entered, STOP_DEADLINE_MS);
      const roles = leaving.map(({ process }) => process.role);
      const back = withCodeOf(before, plan); // which is all there is of it
      const again = this.#workers.replace([...leaving, ...entered], this.#processes(roles, back));
      this.#onTrial = again.filter(({ process }) => changesCode(process.role, before, plan));
      await this.#enter(back, again);
    };
    try {
      await between();
    } catch (error) {
      await takeBack([]);
      throw error;
    }
    if (this.#stopped) return;
    const entered = this.#workers.replace(leaving, this.#processes(entering, plan));
    this.#onTrial = entered.filter(({ process }) => process.role.kind !== 'tap');
    const started = this.#enter(plan, entered);
    const failed = await this.#firstFailed();
    await started;
    this.#onTrial = [];
    if (!failed) return;
    await takeBack(entered);
    throw takenBack(failed, changesCode(failed.role, before, plan));
  }

  /** Resolves when every source has ended and every group has read and committed all there is; or when one has failed. */
  async untilDone(): Promise<void> {
    await this.#until(() =>
      this.#workers.of('source').every(({ process }) => process.state === 'finished' || process.state === 'failed'),
    );
    while (!this.#stopped && !this.#hasFailedStage() && !(await this.#lags.areDrained(this.#groupInputs())))
      await this.#nextTick();
  }

  /** Resolves at the first stage or source that no restart can mend. */
  async untilFailed(): Promise<WorkerProcess> {
    const failed = (): WorkerProcess | undefined =>
      this.#workers.all.find((one) => isFailedPart(one) && !this.#onTrial.includes(one))?.process;
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
    const { connection } = this.#parts;
    return topologyStatus({ plan: this.#plan, connection, workers: this.#workers, lags: this.#lags });
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
    const stores = Object.keys(this.#plan.stages.find(({ name }) => name === stage)?.changelogs ?? {});
    if (!stores.includes(store)) throw storeUnknown(this.#plan, stage, store);
    const running = this.#workers.named(stage).filter(({ process }) => process.state === 'running');
    const read = await Promise.all(running.map(({ process }) => process.readState(store, query)));
    return read.flat().sort(byTimeAndKey).slice(0, query.limit);
  }

  get workers(): readonly Observed[] {
    return this.#workers.all;
  }

  async #stop(deadlineMs: number): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#change.tell();
    await this.#stopWorkers(this.#workers.all, deadlineMs);
  }

  async #stopWorkers(workers: readonly Observed[], deadlineMs: number): Promise<void> {
    for (const { process } of workers) process.pardon();
    const [sources, others] = [workers.filter(isSource), workers.filter((worker) => !isSource(worker))];
    await Promise.all(sources.map(({ process }) => process.stop(deadlineMs / 2)));
    await Promise.all(others.map(({ process }) => process.stop(deadlineMs)));
  }

  #processes(roles: readonly Role[], plan: Plan): WorkerProcess[] {
    const { connection, logLevel } = this.#parts;
    return roles.map((role) => new WorkerProcess({ role, plan, connection, logLevel }, this.#workerEvents()));
  }

  #stays({ role, name }: WorkerProcess, plan: Plan): boolean {
    return rolesOf(plan).some((wanted) => workerName(wanted) === name) && runsTheSame(role, this.#plan, plan);
  }

  /** From here on the plan is what runs. */
  async #enter(plan: Plan, entered: readonly Observed[]): Promise<void> {
    this.#plan = plan;
    for (const source of plan.sources)
      for (const { process } of this.#workers.named(source.name)) process.feedBack(groupsDownstream(source.to, plan));
    await this.#start(entered);
  }

  async #start(workers: readonly Observed[]): Promise<void> {
    const waits = new Set(this.#plan.sources.filter(({ endless }) => !endless).map(({ name }) => name));
    const late = workers.filter((worker) => isSource(worker) && waits.has(worker.process.role.name));
    const early = workers.filter((worker) => !late.includes(worker));
    if (this.#hasStopped()) return;
    for (const { process } of early) process.start();
    if (late.length === 0) return;
    await this.#until(() => early.every(({ process }) => process.state === 'running' || process.state === 'failed'));
    for (const { process } of late) if (process.state === 'waiting' && !this.#hasStopped()) process.start();
  }

  /** The first of those on trial that fails for good; null when all run, or try again and again. */
  async #firstFailed(): Promise<WorkerProcess | null> {
    const deadline = Date.now() + TRIAL_MS;
    const runs = ({ process: { state } }: Observed): boolean => state === 'running' || state === 'finished';
    await this.#until(() => this.#onTrial.every(runs) || this.#onTrial.some(hasFailedTrial) || Date.now() > deadline);
    return this.#onTrial.find(hasFailedTrial)?.process ?? null;
  }

  #workerEvents(): WorkerProcessEvents {
    const { events } = this.#parts;
    return {
      onLine: (worker, line, stream) => events.onLine(worker, line, stream),
      onState: (worker) => {
        events.onState(worker);
        this.#change.tell();
      },
      onHung: ({ name }, sentence) => events.onWarning(`${name} is ${sentence}; restarting it`),
      onMetrics: (worker, snapshot) => this.#workers.historyOf(worker)?.add(snapshot, Date.now()),
      onDeath: (worker, death) => {
        this.#workers.historyOf(worker)?.endProcess();
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
    for (const { process } of this.#workers.all) {
      if (slept) process.excuseSilence();
      process.endIfHung(nowMs);
    }
    this.#change.tell();
  }

  #refreshLags(): Promise<void> {
    return this.#lags.refresh(this.#groupInputs());
  }

  #groupInputs(): readonly GroupInput[] {
    return groupInputsOf(this.#plan, (tap) =>
      this.#workers.named(tap).every(({ process }) => process.state === 'failed'),
    );
  }

  #hasFailedStage(): boolean {
    return this.#workers.of('stage').some(({ process }) => process.state === 'failed');
  }

  #hasStopped(): boolean {
    return this.#stopped !== null;
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.#stopped) await this.#nextTick();
  }

  /** Resolves at the next change of a worker, or within a second. */
  #nextTick(): Promise<void> {
    return this.#change.wait();
  }
}
