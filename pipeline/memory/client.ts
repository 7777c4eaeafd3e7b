import { FatalError, messageOf } from '../errors/pipeline-error.ts';
import { reactionTo } from '../kafka/failure.ts';
import { BrokerError } from './broker-error.ts';
import type { MemoryBroker } from './broker.ts';
import { throwIfError, type Request } from './faults.ts';

const RETRY_MS = 200;
/** Fewer turns of the event loop than this is a request on its way, where chance decides. */
const MOST_TURNS = 4;

/** A request of a client, which knows its own name. */
export type Asked = Omit<Request, 'clientId'>;

/** One process as its broker sees it: all that it asks goes through here, and may go wrong here. */
export class MemoryClient {
  readonly broker: MemoryBroker;
  readonly clientId: string;
  readonly #name: string;
  readonly #onCrash = new Set<() => void>();
  #underWay = 0;
  #members = 0;
  #dead = false;

  constructor(broker: MemoryBroker, clientId: string) {
    this.broker = broker;
    this.clientId = clientId;
    this.#name = `${clientId}-${broker.nextClient()}`;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  nextMemberId(): string {
    return `${this.#name}-${++this.#members}`;
  }

  /** Something begins that is to end before all is quiet. */
  begin(): void {
    if (this.#dead) return;
    this.#underWay++;
    this.broker.step(1);
  }

  end(): void {
    if (this.#dead) return;
    this.#underWay--;
    this.broker.step(-1);
  }

  /** Calls back when the client dies. */
  onCrash(callback: () => void): void {
    this.#onCrash.add(callback);
  }

  /**
   * Dies as a process does that is killed: nothing it still does reaches the broker, nothing it waits for ever comes. Its
   * members are taken out of their groups, as supervisors do.
   */
  crash(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.broker.step(-this.#underWay);
    for (const callback of this.#onCrash) callback();
  }

  /** Asks once. @throws BrokerError */
  async request<T>(asked: Asked, work: () => T): Promise<T> {
    this.begin();
    try {
      const misfortune = this.broker.faults.meet({ ...asked, clientId: this.clientId });
      if (misfortune === 'crash before') this.crash();
      await this.#arrival();
      throwIfError(misfortune);
      const answer = work();
      if (misfortune === 'crash after') this.crash();
      await this.#arrival();
      if (misfortune === 'answer lost') throw new BrokerError('REQUEST_TIMED_OUT');
      return answer;
    } finally {
      this.end();
    }
  }

  /**
   * Asks until the broker answers, or `signal` aborts while it does not: then with null.
   * @throws BrokerError where the group has moved on, or what is asked can never be done.
   */
  async asking<T>(asked: Asked, work: () => T, signal?: AbortSignal): Promise<T | null> {
    this.begin();
    try {
      for (;;) {
        try {
          return await this.request(asked, work);
        } catch (error) {
          if (!(error instanceof BrokerError) || reactionTo(error) !== 'away' || isUnknown(error)) throw error;
          await this.broker.clock.sleep(RETRY_MS, signal);
          if (signal?.aborted) return null;
        }
      }
    } finally {
      this.end();
    }
  }

  /** A moment on the way; for ever, where the client is dead. */
  async #arrival(): Promise<void> {
    const { random } = this.broker;
    for (let turns = random ? Math.floor(random() * MOST_TURNS) : 0; turns > 0 && !this.#dead; turns--)
      await new Promise((resolve) => setImmediate(resolve));
    if (this.#dead) await new Promise(() => undefined);
  }
}

/** What is to be told where the broker refuses work for good. */
export function refused(what: string, cause: unknown): FatalError {
  const sentence = `the broker refuses ${what}: ${messageOf(cause)}; check credentials and rights`;
  return new FatalError('KAFKA_REFUSED', sentence, { cause });
}

function isUnknown({ type }: BrokerError): boolean {
  return type === 'UNKNOWN_TOPIC_OR_PARTITION';
}
