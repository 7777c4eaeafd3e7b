import { UserError } from '../errors/pipeline-error.ts';
import type { FromWorker } from './messages.ts';
import type { StateEntry } from './state-reading.ts';

const ANSWER_MS = 10_000;

type Answer = Extract<FromWorker, { type: 'state' }>;

/** Questions to a worker that are not answered yet. */
export class StateReads {
  readonly #open = new Map<number, (answer: Answer | null) => void>();
  #asked = 0;

  /** @throws UserError STORE_UNREADABLE where the worker says no, or nothing within ten seconds. */
  async ask(send: (id: number) => void): Promise<readonly StateEntry[]> {
    const id = ++this.#asked;
    const answer = await new Promise<Answer | null>((resolve) => {
      const timer = setTimeout(() => this.#settle(id, null), ANSWER_MS);
      this.#open.set(id, (given) => {
        clearTimeout(timer);
        resolve(given);
      });
      send(id);
    });
    if (answer && answer.error === undefined) return answer.entries;
    const reason = answer?.error ?? 'its worker does not answer; is it restoring, or busy with a long batch? ask again';
    throw new UserError('STORE_UNREADABLE', reason);
  }

  answered(answer: Answer): void {
    this.#settle(answer.id, answer);
  }

  #settle(id: number, answer: Answer | null): void {
    this.#open.get(id)?.(answer);
    this.#open.delete(id);
  }
}
