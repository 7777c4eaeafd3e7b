import { BrokerError } from './broker-error.ts';

/** What clients ask of a broker, by Kafka's names. */
export type Api =
  | 'metadata'
  | 'produce'
  | 'listOffsets'
  | 'offsetCommit'
  | 'offsetFetch'
  | 'heartbeat'
  | 'initProducerId'
  | 'txnOffsetCommit'
  | 'endTxn';

/** A request as a fault can name it. */
export interface Request {
  readonly api: Api;
  readonly clientId: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly groupId?: string;
  readonly transactionalId?: string;
}

/**
 * What goes wrong: the broker answers an error of Kafka's and does nothing; it does what is asked, and its answer is lost;
 * the client dies before the request arrives, or after it was done.
 */
export type Misfortune = { readonly error: string } | 'answer lost' | 'crash before' | 'crash after';

/** Something that goes wrong with requests that have all that is named. */
export interface Fault extends Partial<Omit<Request, 'api' | 'clientId'>> {
  readonly api: Api;
  /** One client, or any of several. */
  readonly clientId?: string | readonly string[];
  /** So many requests pass first; default 0. */
  readonly after?: number;
  /** So many requests meet it; default 1. */
  readonly times?: number;
  readonly does: Misfortune;
}

/** The faults that are still to come. */
export class Faults {
  readonly #pending: { readonly fault: Fault; passed: number }[] = [];

  /** Adds a fault; the function takes it back. */
  add(fault: Fault): () => void {
    const pending = { fault, passed: 0 };
    this.#pending.push(pending);
    return () => {
      this.#remove(pending);
    };
  }

  /** What goes wrong with this request, if anything. */
  meet(request: Request): Misfortune | null {
    for (const pending of this.#pending) {
      const { after = 0, times = 1, does, ...named } = pending.fault;
      if (!Object.entries(named).every(([name, value]) => isMeant(request[name as keyof Request], value))) continue;
      pending.passed++;
      if (pending.passed <= after) continue;
      if (pending.passed >= after + times) this.#remove(pending);
      return does;
    }
    return null;
  }

  #remove(pending: { readonly fault: Fault; passed: number }): void {
    const index = this.#pending.indexOf(pending);
    if (index >= 0) this.#pending.splice(index, 1);
  }
}

function isMeant(asked: Request[keyof Request], named: string | number | readonly string[]): boolean {
  return typeof named === 'object' ? named.includes(String(asked)) : asked === named;
}

/** The error of a fault, where it is one. */
export function throwIfError(misfortune: Misfortune | null): void {
  if (typeof misfortune === 'object' && misfortune) throw new BrokerError(misfortune.error);
}
