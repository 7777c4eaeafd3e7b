import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

const READY_DEADLINE_MS = 90_000;

export interface ChildOrder {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
}

/** A process with its lines in a file. */
export class Child {
  readonly process: ChildProcess;
  /** How it ended: `exit code 0`, `SIGKILL`. */
  readonly ended: Promise<string>;
  readonly #waiting: { readonly pattern: RegExp; readonly found: () => void }[] = [];
  #ending: string | null = null;

  constructor({ args, cwd, env, logFile }: ChildOrder) {
    this.process = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(logFile);
    for (const stream of [this.process.stdout, this.process.stderr])
      createInterface({ input: stream! }).on('line', (line) => {
        log.write(`${line}\n`);
        for (const { pattern, found } of this.#waiting) if (pattern.test(line)) found();
      });
    this.ended = new Promise((resolve) =>
      this.process.once('close', (code, signal) => {
        log.end();
        this.#ending = code === null ? String(signal) : `exit code ${code}`;
        resolve(this.#ending);
      }),
    );
  }

  get pid(): number {
    return this.process.pid ?? -1;
  }

  get runs(): boolean {
    return this.#ending === null;
  }

  /** Resolves at the first line that matches from now on. @throws when the process ends before, or none comes. */
  async line(pattern: RegExp): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const found = new Promise<null>((resolve) => this.#waiting.push({ pattern, found: () => resolve(null) }));
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`said nothing like ${pattern} in ${READY_DEADLINE_MS} ms`), READY_DEADLINE_MS);
    });
    const failure = await Promise.race([found, late, this.ended]);
    clearTimeout(timer);
    if (failure !== null) throw new Error(`process ${this.pid}: ${failure}`);
  }

  /** Sends a signal and tells how it ended; by force at the deadline. */
  async end(signal: NodeJS.Signals, deadlineMs: number): Promise<string> {
    this.process.kill('SIGCONT');
    this.process.kill(signal);
    const force = setTimeout(() => this.process.kill('SIGKILL'), deadlineMs);
    return this.ended.finally(() => clearTimeout(force));
  }
}
