import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { PARTITIONS } from './chaos-topology.ts';
import { headerOf } from './verify/kcat.ts';

const AGAIN_MS = 100;
/** Longer than a fetch of a topic in which something always comes, shorter than what is to be measured. */
const SILENT_MS = 2_000;

/** A time without anything new in a partition. */
export interface Gap {
  readonly partition: number;
  readonly ms: number;
}

/**
 * What arrives in a topic while it arrives, as a read-committed kcat of each partition sees it. One that ends without a
 * broker, or falls silent (librdkafka may wait long for a broker that is back), is started anew where it was.
 */
export class LiveOutput {
  readonly #bootstrap: string;
  readonly #topic: string;
  readonly #highest = new Map<number, number>();
  /** How many times the record of a number has arrived. */
  readonly #arrivals = new Map<number, number>();
  readonly #arrivedMs = new Map<number, number>();
  readonly #kcats = new Set<ChildProcess>();
  #longest: Gap = { partition: 0, ms: 0 };
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(bootstrap: string, topic: string) {
    this.#bootstrap = bootstrap;
    this.#topic = topic;
  }

  start(): void {
    this.#running = Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => this.#run(partition)));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const kcat of this.#kcats) kcat.kill('SIGTERM');
    await this.#running;
  }

  /** Whether every number has arrived as often as it must. */
  hasAll(expected: ReadonlyMap<number, readonly unknown[]>): boolean {
    return [...expected].every(([number, { length }]) => (this.#arrivals.get(number) ?? 0) >= length);
  }

  /** Whether every partition has had a record with this number or a higher one. */
  isPast(number: number): boolean {
    return this.#highest.size === PARTITIONS && [...this.#highest.values()].every((highest) => highest >= number);
  }

  /** From here on gaps are measured. */
  mark(): void {
    this.#longest = { partition: 0, ms: 0 };
    for (let partition = 0; partition < PARTITIONS; partition++) this.#arrivedMs.set(partition, performance.now());
  }

  /** The longest time since the mark in which a partition had nothing new. */
  get longestGap(): Gap {
    const nowMs = performance.now();
    const open = [...this.#arrivedMs].map(([partition, arrivedMs]) => ({ partition, ms: nowMs - arrivedMs }));
    return [this.#longest, ...open].reduce((longest, gap) => (gap.ms > longest.ms ? gap : longest));
  }

  async #run(partition: number): Promise<void> {
    for (let next = 0; !this.#isStopped();) {
      next = await this.#follow(partition, next);
      await sleep(AGAIN_MS);
    }
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  /** Reads from an offset on, as long as something comes; the offset to go on at. */
  async #follow(partition: number, from: number): Promise<number> {
    const settings = ['-X', 'isolation.level=read_committed', '-X', 'fetch.wait.max.ms=50', '-X', 'log_level=0'];
    const place = ['-t', this.#topic, '-p', String(partition), '-o', String(from)];
    const args = ['-C', '-b', this.#bootstrap, ...place, '-q', '-u', ...settings, '-f', '%o %h\\n'];
    const kcat = spawn('kcat', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#kcats.add(kcat);
    let next = from;
    const silence = setTimeout(() => kcat.kill('SIGTERM'), SILENT_MS);
    createInterface({ input: kcat.stdout }).on('line', (line) => {
      silence.refresh();
      const [offset, headers = ''] = line.split(' ');
      next = Number(offset) + 1;
      this.#take(partition, Number(headerOf({ headers }, 'number')));
    });
    await new Promise((resolve) => kcat.once('close', resolve));
    clearTimeout(silence);
    this.#kcats.delete(kcat);
    return next;
  }

  #take(partition: number, number: number): void {
    this.#arrivals.set(number, (this.#arrivals.get(number) ?? 0) + 1);
    if (number <= (this.#highest.get(partition) ?? -1)) return;
    this.#highest.set(partition, number);
    const nowMs = performance.now();
    const ms = nowMs - (this.#arrivedMs.get(partition) ?? nowMs);
    if (ms > this.#longest.ms) this.#longest = { partition, ms };
    this.#arrivedMs.set(partition, nowMs);
  }
}
