import { FatalError } from '../errors/pipeline-error.ts';
import type { Processor } from '../ports/processor.ts';
import type { TaskView } from './record-attempts.ts';

/** Processors that have been seen to be done when they return: their attempts cannot outlive their time. */
const synchronous = new WeakSet<Processor>();

/** The stores of a task as one attempt has them: whatever runs on after its time-out changes nothing any more. */
export class AttemptStores {
  readonly #view: TaskView;
  readonly #processor: Processor;
  #isOver = false;

  constructor(view: TaskView, processor: Processor) {
    this.#view = view;
    this.#processor = processor;
  }

  /** @throws FatalError STORE_UNKNOWN */
  of(name: string): unknown {
    const { stage, state } = this.#view;
    if (!state) {
      const sentence = `stage "${stage}" asks for store "${name}", but its processor declares no stores; declare it under "stores"`;
      throw new FatalError('STORE_UNKNOWN', sentence, { where: { stage } });
    }
    const store = state.store(name);
    return synchronous.has(this.#processor) ? store : this.#guarded(store as object, name);
  }

  /** The processor is one that needs no guard. */
  wereUsedAtOnce(): void {
    if (!synchronous.has(this.#processor)) synchronous.add(this.#processor);
  }

  end(): void {
    synchronous.delete(this.#processor);
    this.#isOver = true;
  }

  #guarded(store: object, name: string): object {
    return new Proxy(store, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          if (this.#isOver) throw new Error(`the attempt is over, and with it its use of store "${name}"`);
          return Reflect.apply(member, target, args);
        };
      },
    });
  }
}
