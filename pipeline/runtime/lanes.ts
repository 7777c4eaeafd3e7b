import type PQueue from 'p-queue';
import type { Admitted } from '../task/freshness-gate.ts';
import type { Step } from './delivery.ts';
import { Flight } from './flight.ts';
import type { TaskParts, TaskWork, WorkEnd } from './task-work.ts';

/**
 * `order: key` and `order: none`: a record is worked on before those ahead of it are done, at most `batch` of them, of
 * one key one after the other. What is committed is the offset of the lowest unfinished one.
 */
export class Lanes implements TaskWork {
  readonly #parts: TaskParts;
  readonly #queue: PQueue;
  readonly #onLost: () => void;
  #flight: Flight | null = null;

  /** `onLost`: the task is to begin anew. */
  constructor(parts: TaskParts, queue: PQueue, onLost: () => void) {
    this.#parts = parts;
    this.#queue = queue;
    this.#onLost = onLost;
  }

  async take(admitted: readonly Admitted[], step: Step): Promise<WorkEnd> {
    const flight = this.#flightIn(step);
    for (const one of admitted) {
      while (!flight.isOver && !flight.hasRoomFor(one)) await flight.changed();
      if (flight.isOver) break;
      flight.enter(one, step);
    }
    flight.throwIfFailed();
    if (flight.isOver) return step.context.signal.aborted ? 'abandoned' : 'lost';
    flight.reachedEnd(step);
    step.context.advance(step.nextOffset);
    return 'taken';
  }

  async end(): Promise<void> {
    await this.#flight?.end();
  }

  async close(): Promise<void> {
    await this.#flight?.close();
  }

  #flightIn({ context: { signal } }: Step): Flight {
    if (this.#flight?.isOver !== false || this.#flight.epoch !== signal) {
      this.#flight = new Flight(signal, { task: this.#parts, queue: this.#queue, onLost: this.#onLost });
    }
    return this.#flight;
  }
}
