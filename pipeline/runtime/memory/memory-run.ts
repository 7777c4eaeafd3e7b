import { createMemoryKafka, MemoryBroker } from '../../memory/index.ts';
import type { Admin } from '../../ports/admin.ts';
import type { Plan } from '../../topology/plan.ts';
import { LagWatch } from '../lag-watch.ts';
import { NextChange } from '../next-change.ts';
import { provision } from '../provision.ts';
import type { TopologyStatus } from '../status.ts';
import { systemClock } from '../system-clock.ts';
import { topologyStatus } from '../topology-status.ts';
import { groupInputsOf, type GroupInput } from '../under-way.ts';
import { rolesOf } from '../worker-set.ts';
import { MemoryWorker, type MemoryWorkerParts } from './memory-worker.ts';
import { forgetRead } from './forget-read.ts';

const REPORT_EVERY_MS = 1000;
const FORGET_EVERY_MS = 1000;
/** Time a worker has to finish what is under way. */
const STOP_DEADLINE_MS = 10_000;
/** What a partition keeps of what is not read yet: 24 raw frames of 1080p. */
const BACKLOG_BYTES = 160 * 1024 * 1024;

export interface MemoryRunParts extends Pick<MemoryWorkerParts, 'log' | 'onState' | 'onDeath'> {
  readonly plan: Plan;
}

/**
 * A topology that runs in this process, on a broker in memory and the machine's clock: the workers of `up`, but nothing
 * outside can reach its topics, and nothing of it is left when it stops.
 */
export class MemoryRun {
  readonly plan: Plan;
  readonly #admin: Admin;
  readonly #lags: LagWatch;
  readonly #workers: readonly MemoryWorker[];
  readonly #broker = new MemoryBroker({ clock: systemClock, retentionBytes: BACKLOG_BYTES });
  readonly #change = new NextChange();
  readonly #timers: NodeJS.Timeout[] = [];
  #stopped: Promise<void> | null = null;

  constructor({ plan, log, onState, onDeath }: MemoryRunParts) {
    this.plan = withStateInMemory(plan);
    this.#admin = createMemoryKafka(this.#broker, 'supervisor').admin();
    this.#lags = new LagWatch(this.#admin);
    const parts: MemoryWorkerParts = {
      plan: this.plan,
      broker: this.#broker,
      log,
      onDeath,
      onState: (worker) => {
        onState(worker);
        this.#change.tell();
      },
    };
    this.#workers = rolesOf(this.plan).map((role) => new MemoryWorker(role, parts));
  }

  /** Starts everything; finite sources begin when all stages and taps take part, so that every tap sees every record. */
  async start(): Promise<void> {
    await provision(this.#admin, this.plan);
    this.#every(REPORT_EVERY_MS, async () => {
      for (const worker of this.#workers) await worker.report();
      await this.#lags.refresh(this.#groupInputs());
    });
    this.#every(FORGET_EVERY_MS, () => forgetRead(this.plan, this.#admin, this.#broker));
    const finite = new Set(this.plan.sources.filter(({ endless }) => !endless).map(({ name }) => name));
    const early = this.#workers.filter(({ role }) => role.kind !== 'source' || !finite.has(role.name));
    for (const worker of early) worker.start();
    await this.#until(() => early.every(({ state }) => state === 'running' || state === 'failed'));
    if (this.#stopped) return;
    for (const worker of this.#workers) if (!early.includes(worker)) worker.start();
  }

  /** Resolves when every source has ended and every group has read and committed all there is; or when one has failed. */
  async untilDone(): Promise<void> {
    const sources = this.#workers.filter(({ role }) => role.kind === 'source');
    await this.#until(() => sources.every(({ state }) => state === 'finished' || state === 'failed'));
    const hasFailed = (): boolean =>
      this.#workers.some(({ role, state }) => role.kind === 'stage' && state === 'failed');
    while (!this.#stopped && !hasFailed() && !(await this.#lags.areDrained(this.#groupInputs())))
      await systemClock.sleep(20);
  }

  /** Resolves at the first stage or source that no restart can mend. */
  async untilFailed(): Promise<MemoryWorker> {
    for (;;) {
      const failed = this.#workers.find(({ role, state }) => role.kind !== 'tap' && state === 'failed');
      if (failed) return failed;
      await this.#change.wait();
    }
  }

  /** Sources first, so that the stages can finish what is under way; then stages and taps together. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  status(): Omit<TopologyStatus, 'metrics'> {
    const named = (name: string) =>
      this.#workers
        .filter(({ role }) => role.name === name)
        .map((worker) => ({ process: worker, history: worker.history }));
    return topologyStatus({
      plan: this.plan,
      connection: { bootstrap: ['memory'] },
      workers: { named },
      lags: this.#lags,
    });
  }

  async #stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#change.tell();
    const sources = this.#workers.filter(({ role }) => role.kind === 'source');
    await Promise.all(sources.map((worker) => worker.stop(STOP_DEADLINE_MS / 2)));
    await Promise.all(this.#workers.map((worker) => worker.stop(STOP_DEADLINE_MS)));
  }

  #every(ms: number, work: () => Promise<void>): void {
    let isUnderWay = false;
    const tick = async (): Promise<void> => {
      if (isUnderWay || this.#stopped) return;
      isUnderWay = true;
      await work();
      isUnderWay = false;
    };
    this.#timers.push(setInterval(() => void tick(), ms));
  }

  #groupInputs(): readonly GroupInput[] {
    const failed = new Set(this.#workers.filter(({ state }) => state === 'failed').map(({ role }) => role.name));
    return groupInputsOf(this.plan, (tap) => failed.has(tap));
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.#stopped) await this.#change.wait();
  }
}

/** What is on a disk belongs to runs that have a broker. */
function withStateInMemory(plan: Plan): Plan {
  return { ...plan, stages: plan.stages.map((stage) => ({ ...stage, state: 'memory' })) };
}
