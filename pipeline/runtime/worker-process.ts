import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { compiledEntry } from '../compiled-entry.ts';
import type { MetricsSnapshot } from '../metrics/worker-metrics.ts';
import { redactNothing, redactor, type Redact } from '../secrets/redact.ts';
import type { StagePlan } from '../topology/plan.ts';
import { Backoff } from './backoff.ts';
import { workerName, type FromWorker, type Role, type ToWorker, type WorkerOrder } from './messages.ts';
import { attemptsFolder, countDeath, pardonDeath, progressOf, underWayPath } from './attempts/worker-deaths.ts';
import { INSPECTOR_ARGUMENT, isInspectorLine, sampleStack } from './hung-stack.ts';
import { orderSecrets } from './order-secrets.ts';
import { planOf } from './plan-of.ts';
import type { StateEntry, StateQuery } from './state-reading.ts';
import { StateReads } from './state-reads.ts';
import type { GroupInput } from './under-way.ts';
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

/** A worker reports every second; after this silence somebody looks whether it gets on with its records. */
const SILENT_MS = 2500;
/** Silence after which a worker counts as hung: the time that one record may take, at least this. */
const MIN_HUNG_MS = 5000;
const HUNG_MS = 30_000;
const SAMPLE_MS = 2000;
const LAST_WORDS_LINES = 8;

/** What a worker process reports to its supervisor. */
export interface WorkerProcessEvents {
  onState(worker: WorkerProcess): void;
  /** It died unasked: its partitions wait for the session time-out unless somebody leaves the group for it. */
  onDeath(
    worker: WorkerProcess,
    death: { readonly reason: string; readonly lastWords: readonly string[]; readonly backoffMs: number },
  ): void;
  /** It is about to be ended; `sentence` tells why and where it is. */
  onHung(worker: WorkerProcess, sentence: string): void;
  onMetrics(worker: WorkerProcess, snapshot: MetricsSnapshot): void;
  onLine(worker: WorkerProcess, line: string, stream: 'stdout' | 'stderr'): void;
}

/** One worker of the topology as a child process that is restarted, with back-off, as long as a restart can help. */
export class WorkerProcess {
  readonly role: Role;
  readonly name: string;
  readonly #order: WorkerOrder;
  readonly #events: WorkerProcessEvents;
  readonly #stage: StagePlan | null;
  #child: ChildProcess | null = null;
  #state: WorkerState = 'waiting';
  #startedMs = 0;
  #heardMs = 0;
  readonly #backoff = new Backoff();
  #timer: NodeJS.Timeout | undefined;
  #lastWords: string[] = [];
  #stopped: Promise<void> | null = null;
  #hung: 'looking' | { readonly sentence: string } | null = null;
  #progress: string | null = null;
  /** Why V8 gave up, such as heap out of memory; many lines of a stack follow. */
  #fatal: string | null = null;
  #deathsCount: boolean;
  readonly #stateReads = new StateReads();
  #redact: Redact = redactNothing;
  restarts = 0;
  address: string | null = null;
  membership: { readonly group: string; readonly memberId: string } | null = null;
  failure: Extract<FromWorker, { type: 'failed' }> | null = null;

  constructor(order: WorkerOrder, events: WorkerProcessEvents) {
    this.role = order.role;
    this.name = workerName(order.role);
    this.#order = order;
    this.#events = events;
    this.#stage = order.role.kind === 'stage' ? planOf(order.plan.stages, order.role) : null;
    this.#deathsCount = (this.#stage?.onError.crashes ?? 0) > 0;
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
    this.#hung = this.#progress = this.#fatal = this.failure = null;
    this.#redact = redactor(orderSecrets(this.#order, process.env));
    const child = fork(compiledEntry('./worker-main.ts', import.meta.url), [], {
      stdio: [this.role.kind === 'source' ? 'inherit' : 'ignore', 'pipe', 'pipe', 'ipc'],
      detached: true, // out of the terminal's process group: Ctrl-C reaches the supervisor alone, which drains
      serialization: 'advanced',
      execArgv: [...process.execArgv, INSPECTOR_ARGUMENT],
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

  /** Entries of a store of this worker; none when it does not answer. @throws UserError STORE_UNREADABLE */
  readState(store: string, query: StateQuery): Promise<readonly StateEntry[]> {
    return this.#stateReads.ask((id) => this.#send({ type: 'readState', id, store, query }));
  }

  /** Tells a source whose lag holds it back from here on. */
  feedBack(downstream: readonly GroupInput[]): void {
    this.#send({ type: 'feedBack', downstream });
  }

  /** From here on its death is nobody's fault. */
  pardon(): void {
    this.#deathsCount = false;
  }

  /** Forgets a silence that the watcher itself has slept through. */
  excuseSilence(): void {
    this.#heardMs = Date.now();
  }

  /** Ends a worker that has given no sign of life for too long; it is then restarted like any that died. */
  endIfHung(nowMs: number): void {
    const silentMs = nowMs - this.#heardMs;
    if (this.#state !== 'running' || this.#hung || silentMs < SILENT_MS) return;
    const limitMs = this.#stage ? Math.max(this.#stage.timeoutMs, MIN_HUNG_MS) : HUNG_MS;
    if (this.#getsOn()) this.#heardMs = nowMs;
    else if (silentMs > limitMs && this.#child) void this.#endHung(this.#child, silentMs);
  }

  /** A chunk of records processed without a pause keeps the event loop, but goes from record to record. */
  #getsOn(): boolean {
    const before = this.#progress;
    this.#progress = this.#underWayPath === null ? '' : progressOf(this.#underWayPath);
    return before !== null && before !== this.#progress;
  }

  async #endHung(child: ChildProcess, silentMs: number): Promise<void> {
    const heardMs = this.#heardMs;
    this.#hung = 'looking';
    const where = await sampleStack(child, SAMPLE_MS);
    if (this.#child !== child) return;
    this.#hung = null;
    if (this.#state !== 'running' || this.#heardMs !== heardMs) return;
    const sentence = `hung: no sign of life for ${Math.round(silentMs / 1000)} s${where === null ? '' : `, in ${where}`}`;
    this.#hung = { sentence };
    this.#events.onHung(this, sentence);
    child.kill('SIGKILL');
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
    this.#progress = null;
    if (message.type === 'metrics') this.#events.onMetrics(this, message.snapshot);
    if (message.type === 'assigned') this.membership = message;
    if (message.type === 'announce') this.address = message.address;
    if (message.type === 'failed') this.failure = { ...message, message: this.#redact(message.message) };
    if (message.type === 'state') this.#stateReads.answered(message);
    if (this.#state === 'stopping') return;
    if (message.type === 'ready') this.#move('running');
    if (message.type === 'finished') this.#move('finished');
    if (message.type === 'announce') this.#events.onState(this);
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    const reason = this.#reasonOf(code, signal);
    this.#settleAttempts(reason);
    this.#child = null;
    this.address = null;
    if (this.#state === 'stopping' || this.#state === 'finished') return;
    if (this.failure?.final) return this.#move('failed');
    const backoffMs = this.#backoff.after(Date.now() - this.#startedMs);
    this.restarts++;
    this.#move('waiting');
    this.#events.onDeath(this, { reason, lastWords: this.#lastWords, backoffMs });
    this.#timer = setTimeout(() => this.start(), backoffMs);
  }

  #reasonOf(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.failure) return this.failure.message;
    if (this.#hung && this.#hung !== 'looking') return this.#hung.sentence;
    const how = signal ? `killed by ${signal}` : `exit code ${code ?? 'unknown'}`;
    return this.#fatal === null ? how : `${how}: ${this.#fatal}`;
  }

  get #underWayPath(): string | null {
    if (!this.#stage || this.#child?.pid === undefined) return null;
    const folder = attemptsFolder(this.#order.plan.name, this.#stage.name);
    return underWayPath(folder, this.name, this.#child.pid);
  }

  /** Before anybody else can get its partitions. A worker that ended in good order has left nothing. */
  #settleAttempts(how: string): void {
    if (this.#underWayPath === null) return;
    if (this.#deathsCount && this.#state !== 'stopping') countDeath(this.#underWayPath, how);
    else pardonDeath(this.#underWayPath);
  }

  #pipe(stream: Readable | null, name: 'stdout' | 'stderr'): void {
    if (!stream) return;
    createInterface({ input: stream }).on('line', (written) => {
      const line = this.#redact(written);
      if (this.#hung && isInspectorLine(line)) return;
      this.#fatal ??= /^FATAL ERROR: (.*)/.exec(line)?.[1] ?? null;
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
