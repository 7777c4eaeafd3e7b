import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { compiledEntry } from '../compiled-entry.ts';
import type { MetricsSnapshot } from '../metrics/worker-metrics.ts';
import { workerName, type FromWorker, type Role, type ToWorker, type WorkerOrder } from './messages.ts';
import { workerEnvironment } from './worker-memory.ts';

/*
 *   starting --> running --> finished
 *      |  ^         |
 *      |  |         +------> waiting (died; back-off) --+
 *      |  +---------------------------------------------+
 *      +--> failed (a restart cannot mend it)
 *   any of these --> stopping --> stopped
 */
const TRANSITIONS = {
  starting: ['running', 'waiting', 'failed', 'finished', 'stopping'],
  running: ['waiting', 'finished', 'failed', 'stopping'],
  waiting: ['starting', 'stopping'],
  finished: ['stopping', 'stopped'],
  failed: ['stopping', 'stopped', 'starting'],
  stopping: ['stopped'],
  stopped: [],
} as const satisfies Record<string, readonly string[]>;

export type WorkerState = keyof typeof TRANSITIONS;

const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;
/** A worker that lived this long starts its back-off anew. */
const HEALTHY_MS = 30_000;
/** Silence of a running worker's metrics after which it counts as hung. */
const HUNG_MS = 30_000;
const LAST_WORDS_LINES = 8;

/** What a worker process reports to its supervisor. */
export interface WorkerProcessEvents {
  onState(worker: WorkerProcess): void;
  /** It died unasked: its partitions wait for the session time-out unless somebody leaves the group for it. */
  onDeath(
    worker: WorkerProcess,
    death: { readonly reason: string; readonly lastWords: readonly string[]; readonly backoffMs: number },
  ): void;
  onMetrics(worker: WorkerProcess, snapshot: MetricsSnapshot): void;
  onLine(worker: WorkerProcess, line: string, stream: 'stdout' | 'stderr'): void;
}

/** One worker of the topology as a child process that is restarted, with back-off, as long as a restart can help. */
export class WorkerProcess {
  readonly role: Role;
  readonly name: string;
  readonly #order: WorkerOrder;
  readonly #events: WorkerProcessEvents;
  #child: ChildProcess | null = null;
  #state: WorkerState = 'waiting';
  #startedMs = 0;
  #heardMs = 0;
  #backoffMs = FIRST_BACKOFF_MS;
  #timer: NodeJS.Timeout | undefined;
  #lastWords: string[] = [];
  #stopped: Promise<void> | null = null;
  restarts = 0;
  address: string | null = null;
  membership: { readonly group: string; readonly memberId: string } | null = null;
  failure: Extract<FromWorker, { type: 'failed' }> | null = null;

  constructor(order: WorkerOrder, events: WorkerProcessEvents) {
    this.role = order.role;
    this.name = workerName(order.role);
    this.#order = order;
    this.#events = events;
  }

  get state(): WorkerState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    this.#move('starting');
    this.#startedMs = this.#heardMs = Date.now();
    this.#lastWords = [];
    this.failure = null;
    const child = fork(compiledEntry('./worker-main.ts', import.meta.url), [], {
      stdio: [this.role.kind === 'source' ? 'inherit' : 'ignore', 'pipe', 'pipe', 'ipc'],
      detached: true, // out of the terminal's process group: Ctrl-C reaches the supervisor alone, which drains
      serialization: 'advanced',
      env: workerEnvironment(process.env),
    });
    this.#child = child;
    this.#pipe(child.stdout, 'stdout');
    this.#pipe(child.stderr, 'stderr');
    child.on('message', (message: FromWorker) => this.#hear(message));
    child.once('close', (code, signal) => this.#ended(code, signal));
    child.once('error', (error) => this.#lastWords.push(error.message));
    this.#send({ type: 'start', order: this.#order });
  }

  /** Asks the worker to drain and leave, ends it by force after `deadlineMs`. Safe to call twice. */
  stop(deadlineMs: number): Promise<void> {
    this.#stopped ??= this.#stop(deadlineMs);
    return this.#stopped;
  }

  /** Ends a worker whose event loop has been silent for too long; it is then restarted like any that died. */
  killIfHung(nowMs: number): boolean {
    const hung = this.#state === 'running' && nowMs - this.#heardMs > HUNG_MS;
    if (hung) this.#child?.kill('SIGKILL');
    return hung;
  }

  async #stop(deadlineMs: number): Promise<void> {
    clearTimeout(this.#timer);
    const child = this.#child;
    if (this.#state !== 'stopping') this.#move('stopping');
    if (child && child.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child.once('close', resolve));
      this.#send({ type: 'stop' });
      const force = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
      await exited;
      clearTimeout(force);
    }
    this.#move('stopped');
  }

  #hear(message: FromWorker): void {
    this.#heardMs = Date.now();
    if (message.type === 'metrics') this.#events.onMetrics(this, message.snapshot);
    if (message.type === 'assigned') this.membership = message;
    if (message.type === 'announce') this.address = message.address;
    if (message.type === 'failed') this.failure = message;
    if (this.#state === 'stopping') return;
    if (message.type === 'ready') this.#move('running');
    if (message.type === 'finished') this.#move('finished');
    if (message.type === 'announce') this.#events.onState(this);
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = null;
    this.address = null;
    if (this.#state === 'stopping' || this.#state === 'finished') return;
    if (this.failure?.final) return this.#move('failed');
    const reason = this.failure?.message ?? (signal ? `killed by ${signal}` : `exit code ${code ?? 'unknown'}`);
    if (Date.now() - this.#startedMs > HEALTHY_MS) this.#backoffMs = FIRST_BACKOFF_MS;
    const backoffMs = this.#backoffMs;
    this.#backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS);
    this.restarts++;
    this.#move('waiting');
    this.#events.onDeath(this, { reason, lastWords: this.#lastWords, backoffMs });
    this.#timer = setTimeout(() => this.start(), backoffMs);
  }

  #pipe(stream: Readable | null, name: 'stdout' | 'stderr'): void {
    if (!stream) return;
    createInterface({ input: stream }).on('line', (line) => {
      if (name === 'stderr') this.#lastWords = [...this.#lastWords, line].slice(-LAST_WORDS_LINES);
      this.#events.onLine(this, line, name);
    });
  }

  #send(message: ToWorker): void {
    // A child that has just died is reported by its 'close' event, so a failed send needs no word of its own.
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  #move(next: WorkerState): void {
    const allowed: readonly string[] = TRANSITIONS[this.#state];
    if (!allowed.includes(next)) {
      throw new RangeError(
        `worker ${this.name} cannot go from ${this.#state} to ${next}; this is a bug, please report it`,
      );
    }
    this.#state = next;
    this.#events.onState(this);
  }
}
