import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  PipelineError,
  PoisonRecordError,
  RetriableError,
  messageOf,
  type ConsumerRecord,
  type ErrorCode,
  type OutputRecord,
  type ProcessorSetup,
} from '../../pipeline/index.ts';
import { endOf, signal, startProcess, type ProcessEnd } from './child-process.ts';
import type { Command } from './command.ts';
import { READY, type Answer, type Framing } from './framing/framing.ts';
import { LastWords } from './last-words.ts';

/** How long a child has to end by itself when its stdin has ended, and how long after SIGTERM. */
const AFTER_EOF_MS = 1000;
const AFTER_SIGTERM_MS = 2000;

export interface ChildParts {
  readonly command: Command;
  readonly framing: Framing;
  readonly setup: Pick<ProcessorSetup, 'stage' | 'log'>;
}

interface Waiting {
  readonly record: ConsumerRecord;
  readonly resolve: (outputs: readonly OutputRecord[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One life of a child process. Records and answers find each other by an id that is never used again, so that nothing an
 * earlier attempt left behind is taken for the answer of a later one.
 */
export class Child {
  readonly #parts: ChildParts;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, Waiting>();
  readonly #lastWords = new LastWords();
  /** Resolves when it says so; never where it ends before. */
  readonly ready: Promise<void>;
  /** Resolves when it is gone and all that it said is read. */
  readonly ended: Promise<ProcessEnd>;
  #lastId = 0;
  #state: 'alive' | 'ending' | 'gone' = 'alive';
  #why: string | null = null;
  #whyCode: ErrorCode = 'EXEC_CHILD_ENDED';
  /** Records it had in hand when its end began. */
  #lost: readonly ConsumerRecord[] = [];
  #hasAnswered = false;

  /** @throws Error that says why it cannot be started */
  static async start(parts: ChildParts): Promise<Child> {
    return new Child(parts, await startProcess(parts.command));
  }

  private constructor(parts: ChildParts, process: ChildProcessWithoutNullStreams) {
    this.#parts = parts;
    this.#process = process;
    const { log, stage } = parts.setup;
    log.info({ stage, pid: process.pid }, `started ${parts.command.text}`);
    createInterface({ input: process.stderr }).on('line', (line) => {
      this.#lastWords.add(line);
      log.info({ stage, pid: process.pid }, `exec: ${line}`);
    });
    const reader = parts.framing.createReader();
    let sayReady = (): void => undefined;
    this.ready = new Promise((resolve) => (sayReady = resolve));
    process.stdout.on('data', (piece: Buffer) => {
      if (this.#state !== 'alive') return;
      try {
        for (const answer of reader.push(piece))
          if (answer === READY) sayReady();
          else this.#take(answer);
      } catch (error) {
        this.#kill(`it wrote ${messageOf(error)} to stdout`, 'EXEC_BAD_ANSWER');
      }
    });
    this.ended = new Promise((resolve) =>
      process.once('close', (code, name) => {
        const end = endOf(code, name);
        this.#gone(end);
        resolve(end);
      }),
    );
  }

  /** Whether it may be given records. */
  get isAlive(): boolean {
    return this.#state === 'alive' && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  get lost(): readonly ConsumerRecord[] {
    return this.#lost;
  }

  /** Why it is no more, with its last words. */
  inWords({ how }: ProcessEnd): string {
    return this.#lastWords.after(this.#why ?? `it ended, ${how}`);
  }

  /**
   * Hands it a record.
   * @throws RetriableError EXEC_CHILD_ENDED, EXEC_BAD_ANSWER, EXEC_FAILED, RECORD_TIMED_OUT; PoisonRecordError EXEC_FAILED
   */
  async ask(record: ConsumerRecord, abort: AbortSignal): Promise<readonly OutputRecord[]> {
    abort.throwIfAborted();
    const id = ++this.#lastId;
    const giveUp = (): void => this.#giveUp(id, abort.reason);
    abort.addEventListener('abort', giveUp, { once: true });
    try {
      return await new Promise<readonly OutputRecord[]>((resolve, reject) => {
        this.#waiting.set(id, { record, resolve, reject });
        if (this.#state === 'gone') this.#failAll('it had ended');
        if (!this.isAlive) return;
        const { stdin } = this.#process;
        stdin.cork();
        for (const piece of this.#parts.framing.request(id, record)) stdin.write(piece);
        stdin.uncork();
      });
    } finally {
      abort.removeEventListener('abort', giveUp);
    }
  }

  /** Ends it in good order: no more input, then SIGTERM, then SIGKILL. */
  async end(): Promise<void> {
    this.#beginEnd('it was ended');
    this.#process.stdin.end();
    if (await this.#endsWithin(AFTER_EOF_MS)) return;
    signal(this.#process, 'SIGTERM');
    if (await this.#endsWithin(AFTER_SIGTERM_MS)) return;
    signal(this.#process, 'SIGKILL');
    await this.ended;
  }

  /** Ends it at once, for this reason. */
  kill(why: string): void {
    this.#kill(why, 'EXEC_CHILD_ENDED');
  }

  #kill(why: string, code: ErrorCode): void {
    this.#whyCode = code;
    this.#beginEnd(why);
    signal(this.#process, 'SIGKILL');
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const done = new AbortController();
    const isLate = sleep(ms, false, { signal: done.signal }).catch(() => false);
    const hasEnded = await Promise.race([this.ended.then(() => true), isLate]);
    done.abort();
    return hasEnded;
  }

  #beginEnd(why: string): void {
    if (this.#state !== 'alive') return;
    this.#state = 'ending';
    this.#why = why;
    this.#lost = this.#recordsInHand();
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) {
      // A late answer is of a record that nobody waits for any more.
      if (Number.isInteger(answer.id) && answer.id > 0 && answer.id <= this.#lastId) return;
      this.#kill(`it answered a record ${answer.id} that it was never given`, 'EXEC_BAD_ANSWER');
      return;
    }
    this.#hasAnswered = true;
    this.#waiting.delete(answer.id);
    if ('outputs' in answer) return waiting.resolve(answer.outputs);
    setImmediate(() => waiting.reject(this.#errorOf(answer, waiting.record))); // what it said on stderr before is read then
  }

  #errorOf(answer: Exclude<Answer, { outputs: unknown }>, record: ConsumerRecord): PipelineError {
    if ('fault' in answer)
      return this.#failure('EXEC_BAD_ANSWER', `answered ${placeOf(record)} wrongly: ${answer.fault}`);
    const { message, retriable } = answer.error;
    const words = this.#sentence(`could not process ${placeOf(record)}: ${message}`);
    const options = { where: this.#where(record) };
    return retriable
      ? new RetriableError('EXEC_FAILED', words, options)
      : new PoisonRecordError('EXEC_FAILED', words, options);
  }

  /** A record whose time is up leaves a child that nobody knows the state of; any other that is given up does not. */
  #giveUp(id: number, reason: unknown): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    const isTimeOut = reason instanceof PipelineError && reason.code === 'RECORD_TIMED_OUT';
    if (isTimeOut) this.#kill(`it was ended, as it took too long with ${placeOf(waiting.record)}`, 'EXEC_CHILD_ENDED');
    this.#waiting.delete(id);
    const error = reason instanceof Error ? reason : new Error(String(reason));
    if (!isTimeOut) return waiting.reject(error);
    waiting.reject(
      new RetriableError('RECORD_TIMED_OUT', this.#lastWords.after(error.message), {
        where: this.#where(waiting.record),
        cause: error,
      }),
    );
  }

  #gone(end: ProcessEnd): void {
    this.#beginEnd(`it ended, ${end.how}`);
    this.#state = 'gone';
    this.#failAll(this.#why ?? end.how);
  }

  #failAll(why: string): void {
    for (const [id, { record, reject }] of [...this.#waiting]) {
      this.#waiting.delete(id);
      reject(this.#failure(this.#whyCode, `did not answer ${placeOf(record)}: ${why}`, record));
    }
  }

  #failure(code: ErrorCode, what: string, record?: ConsumerRecord): RetriableError {
    return new RetriableError(code, this.#sentence(what), { ...(record && { where: this.#where(record) }) });
  }

  #sentence(what: string): string {
    const { command, setup } = this.#parts;
    return this.#lastWords.after(`"${command.text}" of stage "${setup.stage}" ${what}`);
  }

  #where({ topic, partition, offset }: ConsumerRecord) {
    return { stage: this.#parts.setup.stage, topic, partition, offset };
  }

  #recordsInHand(): readonly ConsumerRecord[] {
    return [...this.#waiting.values()].map(({ record }) => record);
  }
}

function placeOf({ topic, partition, offset }: ConsumerRecord): string {
  return `the record at ${topic}-${partition}@${offset}`;
}
