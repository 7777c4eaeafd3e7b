import { isFinal, messageOf } from '../../errors/pipeline-error.ts';
import { createMemoryKafka, type MemoryBroker, type MemoryKafka } from '../../memory/index.ts';
import { WorkerHistory } from '../../metrics/worker-history.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Plan } from '../../topology/plan.ts';
import { assembleWorkerOn, type Worker } from '../assemble-worker.ts';
import { Backoff } from '../backoff.ts';
import { workerName, type Role } from '../messages.ts';
import type { CountedWorker } from '../status.ts';
import { systemClock } from '../system-clock.ts';
import type { WorkerState } from '../worker-process.ts';

/** What the whole process takes is no figure of one part of it. */
const OF_THE_PROCESS = 'resident_memory_bytes';

/** What the workers of a run in memory share. */
export interface MemoryWorkerParts {
  readonly plan: Plan;
  readonly broker: MemoryBroker;
  readonly log: (worker: string) => Logger;
  /** Hears of every change of its state. */
  readonly onState: (worker: MemoryWorker) => void;
  readonly onDeath: (worker: MemoryWorker, reason: string, backoffMs: number) => void;
}

interface Life {
  readonly worker: Worker;
  readonly kafka: MemoryKafka;
}

/** A worker of a topology in this process: begun anew, with back-off, as long as that can help. */
export class MemoryWorker implements CountedWorker {
  readonly role: Role;
  readonly name: string;
  readonly history = new WorkerHistory();
  readonly #parts: MemoryWorkerParts;
  readonly #stopping = new AbortController();
  #state: WorkerState = 'waiting';
  #life: Life | null = null;
  #ended: Promise<void> = Promise.resolve();
  address: string | null = null;
  failure: { readonly message: string } | null = null;
  restarts = 0;

  constructor(role: Role, parts: MemoryWorkerParts) {
    this.role = role;
    this.name = workerName(role);
    this.#parts = parts;
  }

  get state(): WorkerState {
    return this.#state;
  }

  get pid(): undefined {
    return undefined;
  }

  start(): void {
    this.#ended = this.#live();
  }

  /** Stops polling, lets what is under way finish, commits and leaves; `deadlineMs` at most. */
  async stop(deadlineMs: number): Promise<void> {
    if (this.#stopping.signal.aborted) return this.#ended;
    this.#move('stopping');
    this.#stopping.abort();
    const late = new AbortController();
    const stopped = Promise.all([this.#life?.worker.stop(), this.#ended]).catch(() => undefined); // it has ended either way
    await Promise.race([stopped, systemClock.sleep(deadlineMs, late.signal)]);
    late.abort();
    this.#life?.kafka.crash();
    this.#move('stopped');
  }

  /** Takes its present figures. */
  async report(): Promise<void> {
    const snapshot = await this.#life?.worker.metrics.snapshot();
    if (!snapshot) return;
    this.history.add(
      snapshot.filter(({ name }) => !name.endsWith(OF_THE_PROCESS)),
      systemClock.nowMs(),
    );
  }

  async #live(): Promise<void> {
    const { signal } = this.#stopping;
    const backoff = new Backoff();
    while (!signal.aborted) {
      const bornMs = performance.now();
      try {
        await this.#liveOnce();
        this.#moveUnlessStopping('finished');
        return;
      } catch (error) {
        if (this.#isStopping()) return;
        if (isFinal(error)) {
          this.#fail(error);
          return;
        }
        this.restarts++;
        this.#move('waiting');
        const backoffMs = backoff.after(performance.now() - bornMs);
        this.#parts.onDeath(this, messageOf(error), backoffMs);
        await systemClock.sleep(backoffMs, signal);
      }
    }
  }

  /** Resolves when it has ended by itself or was stopped. */
  async #liveOnce(): Promise<void> {
    const { plan, broker, log } = this.#parts;
    this.#move('starting');
    const kafka = createMemoryKafka(broker, this.name);
    const hooks = {
      log: log(this.name),
      signal: this.#stopping.signal,
      onAssigned: () => undefined,
      announce: (address: string) => this.#announce(address),
    };
    try {
      const worker = await assembleWorkerOn({ plan, role: this.role, kafka, hooks });
      this.#life = { worker, kafka };
      await worker.start();
      this.#moveUnlessStopping('running');
      await worker.done;
      await worker.stop();
      await this.report();
    } catch (error) {
      await this.report();
      kafka.crash(); // its partitions are free at once
      throw error;
    } finally {
      this.#life = null;
      this.history.endProcess(); // its last figures are added to those of its next life
    }
  }

  #announce(address: string): void {
    this.address = address;
    this.#parts.onState(this);
  }

  #fail(error: unknown): void {
    this.failure = { message: messageOf(error) };
    this.#move('failed');
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #moveUnlessStopping(state: WorkerState): void {
    if (!this.#isStopping()) this.#move(state);
  }

  #move(state: WorkerState): void {
    this.#state = state;
    this.#parts.onState(this);
  }
}
