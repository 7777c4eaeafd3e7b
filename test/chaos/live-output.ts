import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { PARTITIONS } from './chaos-topology.ts';
import { headerOf } from './verify/kcat.ts';

const AGAIN_MS = 100;

/** A time without anything new in a partition. */
export interface Gap {
  readonly partition: number;
  readonly ms: number;
}

/** What arrives in a topic while it arrives, as a read-committed kcat sees it; without a broker kcat ends, and is started anew. */
export class LiveOutput {
  readonly #bootstrap: string;
  readonly #topic: string;
  readonly #highest = new Map<number, number>();
  readonly #seen = new Set<number>();
  readonly #arrivedMs = new Map<number, number>();
  #longest: Gap = { partition: 0, ms: 0 };
  #kcat: ChildProcess | null = null;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(bootstrap: string, topic: string) {
    this.#bootstrap = bootstrap;
    this.#topic = topic;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#kcat?.kill('SIGTERM');
    await this.#running;
  }

  /** How many different records have arrived. */
  get count(): number {
    return this.#seen.size;
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

  async #run(): Promise<void> {
    while (!this.#isStopped()) {
      await this.#follow();
      await sleep(AGAIN_MS);
    }
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  async #follow(): Promise<void> {
    // librdkafka would otherwise wait up to 10 s before it looks for a broker that is back.
    const properties = [
      'isolation.level=read_committed',
      'fetch.wait.max.ms=50',
      'reconnect.backoff.max.ms=100',
      'log_level=0',
    ];
    const settings = properties.flatMap((property) => ['-X', property]);
    const args = ['-C', '-b', this.#bootstrap, '-t', this.#topic, '-q', '-u', ...settings, '-f', '%p %h\\n'];
    const kcat = spawn('kcat', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#kcat = kcat;
    createInterface({ input: kcat.stdout }).on('line', (line) => this.#take(line));
    await new Promise((resolve) => kcat.once('close', resolve));
  }

  #take(line: string): void {
    const [place, headers = ''] = line.split(' ');
    const partition = Number(place);
    const number = Number(headerOf({ headers }, 'number'));
    this.#seen.add(number);
    if (number <= (this.#highest.get(partition) ?? -1)) return;
    this.#highest.set(partition, number);
    const nowMs = performance.now();
    const ms = nowMs - (this.#arrivedMs.get(partition) ?? nowMs);
    if (ms > this.#longest.ms) this.#longest = { partition, ms };
    this.#arrivedMs.set(partition, nowMs);
  }
}
