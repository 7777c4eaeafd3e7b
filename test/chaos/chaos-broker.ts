import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireBroker, type Broker } from '../../pipeline/broker/index.ts';
import { readNote } from '../../pipeline/broker/broker-note.ts';
import { endedBy } from './ended.ts';

const env = { ...process.env, KAFKA_BROKERS: '' };
const END_DEADLINE_MS = 30_000;

/** A broker of the harness alone, on a free port that it keeps, to be ended and started again. */
export class ChaosBroker {
  readonly #directory: string;
  #broker: Broker;

  private constructor(directory: string, broker: Broker) {
    this.#directory = directory;
    this.#broker = broker;
  }

  static async start(directory: string): Promise<ChaosBroker> {
    return new ChaosBroker(directory, await acquire(directory, 0));
  }

  get bootstrap(): string {
    return this.#broker.bootstrap;
  }

  /** Ends the broker by a signal, and starts it anew on its data after a while. */
  async bounce(signal: 'SIGTERM' | 'SIGKILL', awayMs: number): Promise<void> {
    const port = Number(this.bootstrap.split(':')[1]);
    const note = await readNote(join(this.#directory, '.tapline'));
    if (note?.kind !== 'managed')
      throw new Error('the chaos tests need a broker they can kill: install Java 17 and Maven');
    process.kill(note.pid, signal);
    await endedBy(note.pid, END_DEADLINE_MS);
    await sleep(awayMs);
    this.#broker = await acquire(this.#directory, port);
    if (!this.bootstrap.endsWith(`:${port}`)) throw new Error(`port ${port} was taken while the broker was away`);
  }

  async stop(): Promise<void> {
    await this.#broker.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

async function acquire(directory: string, preferredPort: number): Promise<Broker> {
  return acquireBroker({
    stateDirectory: join(directory, '.tapline'),
    preferredPort,
    env,
    onProgress: () => undefined,
  });
}
