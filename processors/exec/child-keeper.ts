import { setTimeout as sleep } from 'node:timers/promises';
import { UserError, messageOf, type ConsumerRecord } from '../../pipeline/index.ts';
import { Child, type ChildParts } from './child.ts';

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 10_000;
/** Starts in a row, after it has worked, that may come to nothing. */
const MOST_FAILED_STARTS = 5;
/** How a shell ends that finds no program, or may not run it. */
const SHELL_FOUND_NOTHING: readonly (number | null)[] = [126, 127];

export interface KeeperParts extends ChildParts {
  /** Within what it says that it is ready; null: it need not say so. */
  readonly readyMs: number | null;
  /** Told when it has ended with these records in hand. */
  readonly onLost: (records: readonly ConsumerRecord[]) => void;
}

/** Keeps a child running: whoever asks gets one that takes records, after a back-off where the last one has ended. */
export class ChildKeeper {
  readonly #parts: KeeperParts;
  readonly #closing = new AbortController();
  #child: Child | null = null;
  #starting: Promise<Child> | null = null;
  #backoffMs = 0;
  #failedStarts = 0;
  /** Why no other start can come to anything. */
  #hopeless: string | null = null;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Starts the first child. @throws UserError EXEC_CANNOT_START */
  async start(): Promise<void> {
    try {
      this.#child = await this.#startOne();
    } catch (error) {
      throw this.#cannotStart(messageOf(error));
    }
  }

  /** A child that takes records. @throws UserError EXEC_CANNOT_START, the reason of the signal */
  async child(signal: AbortSignal): Promise<Child> {
    if (this.#child?.isAlive) return this.#child;
    this.#starting ??= this.#restart().finally(() => (this.#starting = null));
    const starting = this.#starting;
    return await new Promise<Child>((resolve, reject) => {
      const leave = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', leave, { once: true });
      starting.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#starting?.catch(() => undefined); // whoever waited for it has the error
    await this.#child?.end();
  }

  async #restart(): Promise<Child> {
    await this.#child?.ended;
    if (this.#hopeless !== null) throw this.#cannotStart(this.#hopeless);
    for (;;) {
      await sleep(this.#backoffMs, undefined, { signal: this.#closing.signal });
      try {
        this.#child = await this.#startOne();
        this.#failedStarts = 0;
        return this.#child;
      } catch (error) {
        this.#raiseBackoff();
        if (++this.#failedStarts >= MOST_FAILED_STARTS) throw this.#cannotStart(messageOf(error));
        this.#warn(`${messageOf(error)}; trying again in ${this.#backoffMs} ms`);
      }
    }
  }

  async #startOne(): Promise<Child> {
    const child = await Child.start(this.#parts);
    await this.#untilReady(child);
    void child.ended.then((end) => this.#hasEnded(child, child.inWords(end), end.code));
    return child;
  }

  async #untilReady(child: Child): Promise<void> {
    const { readyMs } = this.#parts;
    if (readyMs === null) return;
    const done = new AbortController();
    const closing = AbortSignal.any([done.signal, this.#closing.signal]);
    const isLate = sleep(readyMs, 'late', { signal: closing }).catch(() => 'closing');
    const what = await Promise.race([child.ready.then(() => 'ready'), child.ended, isLate]);
    done.abort();
    if (what === 'ready') return;
    if (typeof what === 'string') child.kill(`it was not ready within ${readyMs} ms`);
    throw new Error(`${child.inWords(await child.ended)}, before it was ready`);
  }

  #hasEnded(child: Child, how: string, code: number | null): void {
    if (this.#closing.signal.aborted) return;
    this.#parts.onLost(child.lost);
    if (child.hasAnswered) this.#backoffMs = 0;
    this.#raiseBackoff();
    if (this.#parts.command.shell && SHELL_FOUND_NOTHING.includes(code)) this.#hopeless = how;
    else this.#warn(`${how}; starting it again in ${this.#backoffMs} ms`);
  }

  #raiseBackoff(): void {
    this.#backoffMs = Math.min(Math.max(2 * this.#backoffMs, FIRST_BACKOFF_MS), MAX_BACKOFF_MS);
  }

  #warn(how: string): void {
    const { command, setup } = this.#parts;
    setup.log.warn({ stage: setup.stage }, `"${command.text}" of stage "${setup.stage}": ${how}`);
  }

  #cannotStart(why: string): UserError {
    const { command, setup } = this.#parts;
    const sentence = `stages.${setup.stage}.with.command: "${command.text}" cannot be started in ${command.cwd}: ${why}`;
    return new UserError('EXEC_CANNOT_START', sentence, { where: { stage: setup.stage } });
  }
}
